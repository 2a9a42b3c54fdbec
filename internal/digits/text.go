package digits

// Text draws an image of MNIST for a terminal, two rows of pixels a line.
func Text(pixels []byte, height, width int) []string {
	const dark = 128 // ink from which a pixel is drawn
	on := func(y, x int) int {
		if y < height && pixels[y*width+x] >= dark {
			return 1
		}
		return 0
	}
	var lines []string
	for y := 0; y < height; y += 2 {
		line := make([]rune, width)
		for x := range line {
			line[x] = []rune(" ▀▄█")[on(y, x)+2*on(y+1, x)]
		}
		lines = append(lines, string(line))
	}
	return lines
}
