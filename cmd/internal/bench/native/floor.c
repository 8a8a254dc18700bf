/* floor inflates every entry of packs once with libdeflate, on all processors. The benchmark compiles it where it finds a
 * compiler and libdeflate. Arguments are pairs: a pack, and the list of its streams that the Go program of the same name
 * writes. It trusts both, and does not verify Adler-32, as the Go program does not. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

struct stream { uint64_t from, packed, size; }; /* on a little-endian machine */

struct mapped { const unsigned char *data; size_t size; };

static struct mapped pack, list;
static atomic_size_t next;

static struct mapped map(const char *path) {
	struct stat info;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &info) != 0) { perror(path); exit(1); }
	void *data = mmap(NULL, info.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED) { perror(path); exit(1); }
	close(fd);
	return (struct mapped){data, info.st_size};
}

static void *worker(void *unused) {
	const struct stream *streams = (const struct stream *)list.data;
	size_t count = list.size / sizeof *streams, room = 0, share = 256;
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	unsigned char *out = NULL;
	(void)unused;
	for (;;) {
		size_t from = atomic_fetch_add(&next, share);
		if (from >= count) break;
		for (size_t i = from; i < from + share && i < count; i++) {
			struct stream s = streams[i];
			size_t n;
			if (s.size + 1 > room) { room = 2 * s.size + 1; free(out); out = malloc(room); }
			if (out == NULL || libdeflate_deflate_decompress(d, pack.data + s.from + 2, s.packed - 2, out, s.size, &n) != 0 || n != s.size) {
				fprintf(stderr, "floor: the stream at %llu is damaged\n", (unsigned long long)s.from);
				exit(1);
			}
		}
	}
	free(out);
	libdeflate_free_decompressor(d);
	return NULL;
}

static int processors(void) {
#ifdef __linux__
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
	return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int main(int argc, char **argv) {
	int n = processors();
	if (n > 256) n = 256;
	for (int a = 1; a + 1 < argc; a += 2) {
		pthread_t threads[256];
		pack = map(argv[a]);
		list = map(argv[a + 1]);
		atomic_store(&next, 0);
		for (int i = 0; i < n; i++) if (pthread_create(&threads[i], NULL, worker, NULL) != 0) exit(1);
		for (int i = 0; i < n; i++) pthread_join(threads[i], NULL);
		munmap((void *)pack.data, pack.size);
		munmap((void *)list.data, list.size);
	}
	return 0;
}
