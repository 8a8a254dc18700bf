package object

// List is a list of IDs of one format. It takes no more memory than their bytes.
type List struct {
	format Format
	bytes  []byte
}

// NewList returns an empty list.
func NewList(f Format) List { return List{format: f} }

// ListOf returns the IDs that data consists of, which the List keeps.
func ListOf(f Format, data []byte) List { return List{f, data[:len(data)/f.Size()*f.Size()]} }

// Len returns the number of IDs.
func (l *List) Len() int { return len(l.bytes) / l.format.Size() }

// At returns the i-th ID.
func (l *List) At(i int) ID { return l.format.ID(l.bytes[i*l.format.Size():]) }

// Set replaces the i-th ID. Several goroutines may each set their own.
func (l *List) Set(i int, id ID) { copy(l.bytes[i*l.format.Size():], id[:l.format.Size()]) }

// Append adds an ID.
func (l *List) Append(id ID) { l.bytes = append(l.bytes, id[:l.format.Size()]...) }

// Bytes returns the bytes of all IDs.
func (l *List) Bytes() []byte { return l.bytes }

// Format returns the format of the IDs.
func (l *List) Format() Format { return l.format }
