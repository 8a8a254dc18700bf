package sarif

import (
	"bytes"
	"compress/gzip"

	"github.com/akguard/akguard/scanner/report/internal/order"
	"github.com/akguard/akguard/scanner/report/internal/wire"
)

// What GitHub takes. It refuses a whole report with more results or bytes. Of fewer results it keeps the first; the others
// stay in the report for other readers.
const (
	maxResults  = 25_000
	keptResults = 5_000
	maxGzipped  = 10_000_000 // bytes
)

// maxNotifications is how many things that were not read are named. Nobody reads more, and each takes part of the bytes.
const maxNotifications = 1_000

// results makes the results of the first places, as many as fit.
func (h *handler) results(places []order.Place) []result {
	results := make([]result, 0, min(len(places), maxResults))
	for _, p := range places[:min(len(places), maxResults)] {
		results = append(results, h.result(p))
	}
	h.addLineHashes(places, results)
	if len(places) > maxResults {
		h.cut = len(places) - maxResults
	}
	return results
}

// encode writes the log with as many results as GitHub takes, and with a notification of those that are missing.
func (h *handler) encode(results []result, complete bool) ([]byte, error) {
	notifications, all := h.notifications, len(results)+h.cut
	for {
		h.notifications = notifications
		h.tellLimits(all, len(results))
		text, err := wire.Encode(h.newLog(results, complete && len(results) == all), "  ")
		if err != nil || len(results) == 0 {
			return text, err
		}
		size := gzipped(text)
		if size <= maxGzipped {
			return text, nil
		}
		// The worst results are not the longest ones: the guess may need another round.
		results = results[:len(results)*9/10*maxGzipped/size]
	}
}

// tellLimits says what the report leaves out, and what GitHub will not show.
func (h *handler) tellLimits(all, written int) {
	if written < all {
		h.notify(limitID, h.say.Say("report.sarif.left-out", all-written, all))
	}
	if written > keptResults {
		h.notifications = append(h.notifications, notification{
			Descriptor: reference{ID: limitID}, Level: "warning", Message: plain(h.say.Say("report.sarif.not-kept", keptResults, written)),
		})
	}
}

// gzipped returns the size of a text as it is uploaded. Gzip never makes a short text so long that it matters.
func gzipped(text []byte) int {
	if len(text) <= maxGzipped {
		return len(text)
	}
	var size counter
	w := gzip.NewWriter(&size)
	_, _ = bytes.NewReader(text).WriteTo(w) // a counter takes everything
	_ = w.Close()
	return int(size)
}

// counter counts the bytes that are written to it.
type counter int

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
