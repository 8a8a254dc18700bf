package archive

import (
	"io"

	"github.com/akguard/akguard/scanner/internal/archive/pdf"
)

// pdf scans the text of a PDF file, and its bytes.
func (o *opening) pdf(p *piece) error {
	at, held, err := o.whole(p)
	defer func() { o.budget.held -= held }()
	if err != nil {
		return err
	}
	if at == nil {
		o.report(p.place, o.tooMuchMemory())
		return o.pass(p)
	}
	text, err := pdf.NewReader(at, at.Size())
	if err != nil {
		o.report(p.place, err)
	} else if err := o.member(p, "text", &meter{o: o, in: text, packed: text.Consumed}); err != nil {
		return err
	}
	return o.passStream(p, io.NewSectionReader(at, 0, at.Size()))
}
