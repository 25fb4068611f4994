package doctor

import (
	"net/http"
	"testing"
	"time"
)

func TestParseQuota(t *testing.T) {
	for name, tc := range map[string]struct {
		limit, policy []string
		want          quota
	}{
		"none": {nil, nil, quota{}},
		"one": {
			[]string{`"default";r=50;t=30`},
			[]string{`"default";q=1200;w=300`},
			quota{true, 50, 1200, 5 * time.Minute, 30 * time.Second},
		},
		"another name": {
			[]string{`"default";r=50;t=30`},
			[]string{`"burst";q=100;w=60`},
			quota{true, 50, 100, time.Minute, 30 * time.Second},
		},
		"the tightest": {
			[]string{`"a";r=50;t=30, "b";r=7;t=1`},
			[]string{`"a";q=100;w=60`, `"b";q=10;w=5`},
			quota{true, 7, 10, 5 * time.Second, time.Second},
		},
		"as tight": {
			[]string{`"a";r=7;t=30, "b";r=7;t=1`},
			[]string{`"a";q=100;w=60, "b";q=10;w=5`},
			quota{true, 7, 100, time.Minute, 30 * time.Second},
		},
		"no policy":     {[]string{`default; r=0; t=9`}, nil, quota{true, 0, 0, 0, 9 * time.Second}},
		"not a number":  {[]string{`"a";r=many;t=30`}, nil, quota{}},
		"negative":      {[]string{`"a";r=-1`}, nil, quota{}},
		"no parameters": {[]string{`50`}, nil, quota{}},
	} {
		if got := parseQuota(http.Header{"Ratelimit": tc.limit, "Ratelimit-Policy": tc.policy}); got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

func FuzzParseQuota(f *testing.F) {
	f.Add(`"default";r=50;t=30`, `"default";q=1200;w=300`)
	f.Fuzz(func(t *testing.T, limit, policy string) {
		q := parseQuota(http.Header{"Ratelimit": {limit}, "Ratelimit-Policy": {policy}})
		if q.remaining < 0 || q.limit < 0 || q.window < 0 || q.reset < 0 || !q.known && q != (quota{}) {
			t.Errorf("%+v", q)
		}
	})
}
