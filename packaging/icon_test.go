package packaging

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"
)

// An icon is a file of the one drawing.
type icon struct {
	size  int // in pixels, each way
	fades int // colours from nothing to the ground's
	tints int // colours from there to white
	bytes int // at most
}

// Clients get the server's icon with the handshake and the tools' in each list of tools, so bytes count;
// a palette of four colours takes a quarter of a byte a pixel. The bundle's is as Claude Desktop
// recommends.
var icons = map[string]icon{
	"../tools/icon.png":      {size: 48, fades: 4, tints: 11, bytes: 500},
	"../tools/icon_tool.png": {size: 16, fades: 1, tints: 2, bytes: 180},
	"icon.png":               {size: 512, fades: 4, tints: 11, bytes: 6000},
}

// TestIcons compares the icons with the drawing below, pixel by pixel: other versions of Go may compress
// it to other bytes. With -update it draws those that differ.
func TestIcons(t *testing.T) {
	for path, want := range icons {
		drawn := draw(want)
		if *update && !same(t, path, drawn) {
			var out bytes.Buffer
			encoder := png.Encoder{CompressionLevel: png.BestCompression}
			if err := encoder.Encode(&out, drawn); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if !same(t, path, drawn) {
			t.Errorf("%s is not the drawing; go generate ./packaging draws it", path)
		}
		if info, err := os.Stat(path); err != nil || info.Size() > int64(want.bytes) {
			t.Errorf("%s: %v, want at most %d bytes: %v", path, info, want.bytes, err)
		}
	}
}

func same(t *testing.T, path string, want image.Image) bool {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	got, err := png.Decode(bytes.NewReader(raw))
	if err != nil || got.Bounds() != want.Bounds() {
		return false
	}
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if color.NRGBAModel.Convert(got.At(x, y)) != color.NRGBAModel.Convert(want.At(x, y)) {
				return false
			}
		}
	}
	return true
}

func (i icon) palette() color.Palette {
	var p color.Palette
	for step := range i.fades + i.tints + 1 {
		alpha := 255 * min(step, i.fades) / i.fades
		light := max(step-i.fades, 0)
		//nolint:gosec // from 0 to 255, as are the next two
		mix := func(ground int) uint8 { return uint8(ground + (255-ground)*light/i.tints) }
		p = append(p, color.NRGBA{R: mix(0x1f), G: mix(0x5f), B: mix(0xd6), A: uint8(alpha)}) //nolint:gosec // see above
	}
	return p
}

// draw draws a person who is ticked off on a rounded square.
func draw(i icon) *image.Paletted {
	const samples = 8 // for smooth edges, of each pixel in each direction
	img := image.NewPaletted(image.Rect(0, 0, i.size, i.size), i.palette())
	for y := range i.size {
		for x := range i.size {
			var inside, lit int
			for n := range samples * samples {
				u := (float64(x) + (float64(n%samples)+0.5)/samples) / float64(i.size)
				v := (float64(y) + (float64(n/samples)+0.5)/samples) / float64(i.size)
				if square(u, v) {
					inside++
					if figure(u, v) {
						lit++
					}
				}
			}
			index := (i.fades*inside + samples*samples/2) / (samples * samples)
			if index == i.fades {
				index += (i.tints*lit + inside/2) / inside
			}
			img.SetColorIndex(x, y, uint8(index)) //nolint:gosec // of a palette of at most 256
		}
	}
	return img
}

// square reports whether a point lies in the rounded square; so do the others for theirs. All of them
// count from 0 to 1 from the top left.
func square(u, v float64) bool {
	const radius = 0.22
	dx := max(radius-u, u-(1-radius), 0)
	dy := max(radius-v, v-(1-radius), 0)
	return math.Hypot(dx, dy) <= radius
}

func figure(u, v float64) bool {
	if tick := fromTick(u, v); tick < 0.11 {
		return tick < 0.05
	}
	head := math.Hypot(u-0.41, v-0.33) < 0.15
	shoulders := v < 0.79 && math.Hypot((u-0.41)/0.26, (v-0.79)/0.24) < 1
	return head || shoulders
}

// fromTick is the distance from the tick's two strokes.
func fromTick(u, v float64) float64 {
	return min(fromLine(u, v, 0.58, 0.64, 0.68, 0.75), fromLine(u, v, 0.68, 0.75, 0.84, 0.52))
}

func fromLine(u, v, x1, y1, x2, y2 float64) float64 {
	along := ((u-x1)*(x2-x1) + (v-y1)*(y2-y1)) / ((x2-x1)*(x2-x1) + (y2-y1)*(y2-y1))
	along = min(max(along, 0), 1)
	return math.Hypot(u-x1-along*(x2-x1), v-y1-along*(y2-y1))
}
