package archive

import (
	"io"

	"github.com/akguard/akguard/rules/reason"
	"github.com/akguard/akguard/scanner/internal/archive/codec"
	"github.com/akguard/akguard/scanner/internal/archive/sqlite"
)

// sqlite scans the rows of an SQLite database, and its bytes: what was deleted is in them.
func (o *opening) sqlite(p *piece) error {
	at, held, err := o.whole(p)
	defer func() { o.budget.held -= held }()
	if err != nil {
		return err
	}
	if at == nil {
		o.report(p.place, o.tooMuchMemory())
		return o.pass(p)
	}
	rows, err := sqlite.NewReader(at, at.Size())
	if err != nil {
		o.report(p.place, codec.Refuse(reason.New("archive.sqlite")))
	} else if err := o.member(p, "rows", &meter{o: o, in: rows, packed: rows.Consumed}); err != nil {
		return err
	}
	return o.passStream(p, io.NewSectionReader(at, 0, at.Size()))
}
