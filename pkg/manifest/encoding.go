package manifest

import (
	"bytes"
	"errors"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// decode returns a file's text in UTF-8. The encoding is UTF-16 when the file starts with
// its byte order mark, and nil when it is read as UTF-8.
func decode(data []byte) (text []byte, utf16 encoding.Encoding, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		utf16 = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		utf16 = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	default:
		return data, nil, nil
	}
	text, err = utf16.NewDecoder().Bytes(data)
	if err != nil {
		return nil, nil, err
	}
	if again, err := utf16.NewEncoder().Bytes(text); err != nil || !bytes.Equal(again, data) {
		return nil, nil, errors.New("it is not valid UTF-16 text")
	}
	return text, utf16, nil
}
