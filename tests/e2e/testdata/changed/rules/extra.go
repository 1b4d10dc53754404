//go:build ignore

package anything

import "encoding/hex"

func tweak(c Config) Config { c.Name = hex.EncodeToString([]byte(c.Name)); return c }
