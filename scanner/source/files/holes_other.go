//go:build !linux && !darwin && !freebsd

package files

import "errors"

func (f *file) nextData(int64) (int64, error)  { return 0, errors.ErrUnsupported }
func (f osFile) nextData(int64) (int64, error) { return 0, errors.ErrUnsupported }
