package remedy

import (
	"math/bits"
	"slices"
)

// bitset is a set of small numbers, a bit for each. It does not change: union and with
// return others.
type bitset []uint64

func (s bitset) has(n int) bool {
	return n/64 < len(s) && s[n/64]&(1<<(n%64)) != 0
}

func (s bitset) size() int {
	size := 0
	for _, word := range s {
		size += bits.OnesCount64(word)
	}
	return size
}

func (s bitset) with(n int) bitset {
	other := make(bitset, max(len(s), n/64+1))
	copy(other, s)
	other[n/64] |= 1 << (n % 64)
	return other
}

func (s bitset) union(other bitset) bitset {
	if len(s) < len(other) {
		s, other = other, s
	}
	both := slices.Clone(s)
	for i, word := range other {
		both[i] |= word
	}
	return both
}

// within reports whether the other set has all that this one has.
func (s bitset) within(other bitset) bool {
	for i, word := range s {
		if i < len(other) {
			word &^= other[i]
		}
		if word != 0 {
			return false
		}
	}
	return true
}

// members returns the numbers, ascending.
func (s bitset) members() []int {
	var members []int
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			members = append(members, i*64+bits.TrailingZeros64(word))
		}
	}
	return members
}
