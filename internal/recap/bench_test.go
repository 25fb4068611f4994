package recap

import (
	"strings"
	"testing"
)

func BenchmarkRead(b *testing.B) {
	for name, unit := range map[string]string{
		"lines": "a\n", "CSV": "\"1000\",\"p1\",\"u1\",\"c1\",\"Ann\",\"Hello everyone\"\n", "JSON": oneRow +
			"\n", "SRT": "1\n00:00:01,000 --> 00:00:02,500\nAnn: Hello\n\n",
	} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		index := NewIndex([]Person{{IDs: []string{"p1"}, Name: "Ann"}})
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tally := NewTally()
				_, err := Read(strings.NewReader(text), Options{Kind: Transcript, Start: start},
					func(l Line) { tally.Add(index.Attribute(l)) })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
