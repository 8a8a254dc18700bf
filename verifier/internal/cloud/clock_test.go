package cloud_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/verifier/alibabatest"
	"github.com/akguard/akguard/verifier/internal/cloud"
)

// elsewhen serves an account whose clock is ahead of this machine's, and says so in the header Date. It counts requests.
func elsewhen(t *testing.T, account *alibabatest.Account, ahead time.Duration) (endpoint string, requests *atomic.Int32) {
	t.Helper()
	s, err := alibabatest.NewServer(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	now := func() time.Time { return time.Now().Add(ahead) }
	s.SetClock(now)
	requests = new(atomic.Int32)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
		s.ServeHTTP(w, r)
	}), requests
}

func TestClockIsCorrected(t *testing.T) {
	for _, ahead := range []time.Duration{16 * time.Minute, -16 * time.Minute, 20 * 365 * 24 * time.Hour, -25 * 365 * 24 * time.Hour} {
		account := alibabatest.NewAccount()
		endpoint, requests := elsewhen(t, account, ahead)
		client, err := cloud.New(cloud.Options{Endpoints: at(endpoint)})
		if err != nil {
			t.Fatal(err)
		}
		keys := []rules.Credential{account.AddKey("ci").Credential()}
		if ahead < 0 { // a session that is still good then
			keys = append(keys, account.AddSession("ci", "run", time.Now().Add(time.Hour)).Credential())
		}
		for _, c := range keys {
			if _, err := client.AsKey(c).GetCallerIdentity(t.Context()); err != nil {
				t.Errorf("%s ahead: %v", ahead, err)
			}
		}
		if n := int(requests.Load()); n != 1+len(keys) {
			t.Errorf("%s ahead: %d requests for %d calls, want one more", ahead, n, len(keys))
		}
	}
}

// A service that is not pleased with its own time is not asked again.
func TestClockThatCannotBeCorrected(t *testing.T) {
	dates := map[string]string{"the same": time.Now().UTC().Format(http.TimeFormat), "none": "", "nonsense": "yesterday"}
	for name, date := range dates {
		var requests atomic.Int32
		endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			w.Header()["Date"] = []string{date}
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"Code":"InvalidTimeStamp.Expired","Message":"x"}`))
		})
		err := call(t, cloud.Options{Endpoints: at(endpoint)}, credential())
		wantError(t, err, cloud.Error{Code: "InvalidTimeStamp.Expired", Message: "x", HTTPStatus: 400})
		if n := requests.Load(); n != 1 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
	var requests atomic.Int32
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) { // another time in each answer
		w.Header().Set("Date", time.Now().Add(time.Duration(requests.Add(1))*time.Hour).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"Code":"InvalidTimeStamp.Expired","Message":"x"}`))
	})
	err := call(t, cloud.Options{Endpoints: at(endpoint)}, credential())
	wantError(t, err, cloud.Error{Code: "InvalidTimeStamp.Expired", Message: "x", HTTPStatus: 400})
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

// What is signed anew holds no credential in its errors either.
func TestCorrectedCallIsHidden(t *testing.T) {
	c := credential()
	var mu sync.Mutex
	var seen []string
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.URL.Query().Get("Signature"))
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusBadRequest)
		code := `"InvalidTimeStamp.Expired"`
		if len(seen) > 1 {
			code = `"Brand.New"`
		}
		_, _ = w.Write([]byte(`{"Code":` + code + `,"Message":"` + strings.Join(seen, " ") + `"}`))
	})
	err := call(t, cloud.Options{Endpoints: at(endpoint)}, c)
	wantError(t, err, cloud.Error{Code: "Brand.New", Message: "**** ****", HTTPStatus: 400})
	if len(seen) != 2 || seen[0] == seen[1] {
		t.Errorf("signatures %q", seen)
	}
}

// Durations are measured by the service's clock: a machine that is days off must not think that a day has passed.
func TestNowIsTheServices(t *testing.T) {
	for _, ahead := range []time.Duration{-26 * time.Hour, -time.Minute, 0, time.Hour, 49 * time.Hour} {
		account := alibabatest.NewAccount()
		endpoint, _ := elsewhen(t, account, 0)
		client, err := cloud.New(cloud.Options{Endpoints: at(endpoint), Now: func() time.Time { return time.Now().Add(ahead) }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.AsKey(account.AddKey("ci").Credential()).GetCallerIdentity(t.Context()); err != nil {
			t.Fatal(err)
		}
		if off := time.Until(client.Now()).Abs(); off > 3*time.Second {
			t.Errorf("with a clock that is %s ahead, Now is off by %s", ahead, off)
		}
		if off := (client.Skew() + ahead).Abs(); off > 3*time.Second {
			t.Errorf("with a clock that is %s ahead, the skew is %s", ahead, client.Skew())
		}
	}
}

// A page that something sends in the service's place does not set the clock: a key would be deleted by it.
func TestClockOfOthersIsIgnored(t *testing.T) {
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(48*time.Hour).UTC().Format(http.TimeFormat))
		_, _ = w.Write([]byte("<html>Please sign in.</html>"))
	})
	client, err := cloud.New(cloud.Options{Endpoints: at(endpoint)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.AsKey(credential()).GetCallerIdentity(t.Context()); err == nil || client.Skew() != 0 {
		t.Errorf("error %v, skew %s", err, client.Skew())
	}
}
