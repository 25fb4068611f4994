// Command watch lets a day pass in minutes, with clock, intervals, schedules and the rate
// limit scaled by one factor, and holds what the watch command promises: that each event is
// delivered, that none is repeated but those that were in delivery when the program was
// killed, that those of a session come in order, that at most half of the requests are made
// that the token may, and that memory stays flat. It is built by tests only.
package main

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// plan is how much happens, and how fast.
type plan struct {
	meetings, sessions int
	kills              int
	factor             int
	seed               uint64
	verbose            bool
}

func main() {
	var p plan
	flag.IntVar(&p.meetings, "meetings", 200, "how many meetings there are")
	flag.IntVar(&p.sessions, "sessions", 1000, "how many sessions take place in the day")
	flag.IntVar(&p.kills, "kills", 100, "how many times the program is killed")
	flag.IntVar(&p.factor, "factor", 450, "how many times as fast the day passes")
	flag.Uint64Var(&p.seed, "seed", uint64(time.Now().UnixNano()), "what happens follows from it")
	flag.BoolVar(&p.verbose, "v", false, "print what the programs log")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: watch [flags] BINARY")
		os.Exit(2)
	}
	fmt.Printf("seed %d, %d times as fast\n", p.seed, p.factor)
	var failed atomic.Bool
	var days sync.WaitGroup
	for _, kills := range []int{p.kills, 0} {
		days.Go(func() {
			one := p
			one.kills = kills
			report, problems := one.run(flag.Arg(0))
			fmt.Println(report)
			for i, problem := range problems {
				if failed.Store(true); i < 20 {
					fmt.Println("FAIL:", problem)
				}
			}
		})
	}
	days.Wait()
	if failed.Load() {
		os.Exit(1)
	}
}
