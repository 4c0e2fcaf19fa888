package streamjob

// compareNumbers is numericalCompare of KeyFieldBasedComparator: it compares digits as
// they are written, up to the first byte that is no part of a number. Ends are the last bytes.
// Where one number ends, the last byte that was looked at decides; that makes 12 greater
// than 012, and is kept.
func compareNumbers(a []byte, startA, endA int, b []byte, startB, endB int) int {
	i, j := startA, startB
	firstA, firstB := a[i], b[j]
	if firstA == '-' {
		if firstB != '-' {
			return compareNegative(a, startA+1, endA, b, startB, endB)
		}
		i++
	}
	if firstB == '-' {
		if firstA != '-' {
			return -compareNegative(b, startB+1, endB, a, startA, endA)
		}
		j++
	}
	sign := 1
	if firstA == '-' && firstB == '-' {
		sign = -1
	}
	for i <= endA && a[i] == '0' {
		i++
	}
	for j <= endB && b[j] == '0' {
		j++
	}
	for i <= endA && j <= endB && isDigit(a[i]) && a[i] == b[j] {
		i++
		j++
	}
	if i <= endA {
		firstA = a[i]
	}
	if j <= endB {
		firstB = b[j]
	}
	if firstA == '.' && (!isDigit(firstB) || j > endB) || firstB == '.' && (!isDigit(firstA) || i > endA) {
		return sign * compareDecimals(a, i, endA, b, j, endB)
	}
	if more := digitsFrom(a, i, endA) - digitsFrom(b, j, endB); more != 0 {
		return sign * more
	}
	return sign * (int(int8(firstA)) - int(int8(firstB)))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digitsFrom counts the digits from i on.
func digitsFrom(a []byte, i, end int) int {
	n := 0
	for i <= end && isDigit(a[i]) {
		n++
		i++
	}
	return n
}

// compareDecimals compares two numbers of which one is at its decimal point.
func compareDecimals(a []byte, i, endA int, b []byte, j, endB int) int {
	switch {
	case i > endA:
		return -positiveFrom(b, j+1, endB)
	case j > endB:
		return positiveFrom(a, i+1, endA)
	case a[i] == '.' && b[j] == '.':
		return compareFractions(a, i, endA, b, j, endB)
	case a[i] == '.':
		return positiveFrom(a, i+1, endA)
	case b[j] == '.':
		return -positiveFrom(b, j+1, endB)
	}
	return 0
}

func compareFractions(a []byte, i, endA int, b []byte, j, endB int) int {
	for ; i <= endA && j <= endB; i, j = i+1, j+1 {
		if a[i] == b[j] {
			continue
		}
		digitA, digitB := isDigit(a[i]), isDigit(b[j])
		switch {
		case digitA && digitB:
			return int(a[i]) - int(b[j])
		case digitA:
			return 1
		case digitB:
			return -1
		}
		return 0
	}
	switch {
	case i > endA && j > endB:
		return 0
	case i > endA:
		return -positiveFrom(b, j, endB)
	}
	return positiveFrom(a, i, endA)
}

// positiveFrom returns 1 where a digit that is not zero follows any number of zeros.
func positiveFrom(a []byte, i, end int) int {
	for i <= end && a[i] == '0' {
		i++
	}
	return boolToInt(i <= end && isDigit(a[i]))
}

// compareNegative compares a number behind its minus with one that has none. It is less,
// unless both are zero.
func compareNegative(a []byte, startA, endA int, b []byte, startB, endB int) int {
	if isZero(a, startA, endA) && isZero(b, startB, endB) {
		return 0
	}
	return -1
}

func isZero(a []byte, i, end int) bool {
	for i <= end && a[i] == '0' {
		i++
	}
	if i <= end && isDigit(a[i]) {
		return false
	}
	if i <= end && a[i] == '.' {
		return positiveFrom(a, i+1, end) == 0
	}
	return true
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
