package archive

import (
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/office"
	"github.com/akguard/akguard/scanner/internal/archive/pdf"
	"github.com/akguard/akguard/scanner/internal/archive/sqlite"
)

// extract is the text in a file that is not made of text.
type extract interface {
	io.Reader
	Consumed() int64 // how many bytes of the file were read so far
}

// sqlite scans the rows of an SQLite database.
func (o *opening) sqlite(p *piece) error {
	return o.extract(p, "rows", func(at sized) (extract, error) {
		rows, err := sqlite.NewReader(at, at.Size())
		if err != nil {
			return nil, codec.Refuse(reason.New("archive.sqlite"))
		}
		return rows, nil
	})
}

// pdf scans the text of a PDF document.
func (o *opening) pdf(p *piece) error {
	return o.extract(p, "text", func(at sized) (extract, error) {
		if p.rest == nil { // it is in memory
			return pdf.NewReader(at, at.Size(), p.content)
		}
		return pdf.NewReader(at, at.Size(), nil)
	})
}

// office scans a part of an office document: its text, in which the runs are joined, and its bytes if they are at hand.
func (o *opening) office(p *piece) error {
	text := office.NewReader(p.reader())
	if p.rest != nil {
		return o.passStream(p, text)
	}
	if err := o.pass(p); err != nil {
		return err
	}
	return o.Sink.Blob(o.ctx, scanner.Blob{Place: within(p.place, "text"), Stream: text})
}

// compound scans the bytes of a compound file, and says whether it is an encrypted document.
func (o *opening) compound(p *piece) error {
	return o.held(p, func(at sized) error {
		if at != nil && office.Encrypted(at) { // one that is too large to hold is an installer, or a database
			o.report(p.place, codec.Refuse(reason.New("archive.office-encrypted")))
		}
		return nil
	})
}

// extract scans the text that a reader finds in a piece, under a name, and its bytes: what was deleted is in them.
func (o *opening) extract(p *piece, name string, open func(sized) (extract, error)) error {
	return o.held(p, func(at sized) error {
		if at == nil {
			o.report(p.place, o.tooMuchMemory())
			return nil
		}
		text, err := open(at)
		if err != nil {
			o.report(p.place, err)
			return nil
		}
		return o.member(p, name, &meter{o: o, in: text, packed: text.Consumed})
	})
}

// held has look read a piece at any offset, and then scans its bytes. at is nil for a piece that is too large to hold.
func (o *opening) held(p *piece, look func(at sized) error) error {
	at, bytes, err := o.whole(p)
	defer func() { o.budget.held -= bytes }()
	if err != nil {
		return err
	}
	if err := look(at); err != nil {
		return err
	}
	if at == nil {
		return o.pass(p)
	}
	return o.passStream(p, io.NewSectionReader(at, 0, at.Size()))
}
