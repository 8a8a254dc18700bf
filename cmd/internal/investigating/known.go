package investigating

import (
	"bytes"
	"net/netip"
	"os"

	"github.com/akguard/akguard/cmd/internal/command"
	"github.com/akguard/akguard/cmd/internal/config"
	"github.com/akguard/akguard/verifier/investigate"
	"github.com/akguard/akguard/verifier/osfile"
	"github.com/pelletier/go-toml/v2"
)

// knownFile is the file of --known.
type knownFile struct {
	Users     []string `toml:"users"`
	Roles     []string `toml:"roles"`
	Addresses []string `toml:"addresses"`
	Accounts  []string `toml:"accounts"`
	Resources []string `toml:"resources"`
}

// ReadKnown reads the file that names what is the owner's; nothing is known without one.
func ReadKnown(name string) (investigate.Known, error) {
	if name == "" {
		return investigate.Known{}, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return investigate.Known{}, command.Usage("usage.known", name, osfile.WithoutPath(err))
	}
	return parseKnown(name, data)
}

func parseKnown(name string, data []byte) (investigate.Known, error) {
	var file knownFile
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&file); err != nil {
		return investigate.Known{}, command.Usage("usage.known-file", config.Located(name, err))
	}
	k := investigate.Known{Users: file.Users, Roles: file.Roles, Accounts: file.Accounts, Resources: file.Resources}
	for _, text := range file.Addresses {
		p, err := netip.ParsePrefix(text)
		if a, bad := netip.ParseAddr(text); bad == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return investigate.Known{}, command.Usage("usage.known-address", name, text)
		}
		if p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 16 {
			return investigate.Known{}, command.Usage("usage.known-wide", name, text)
		}
		k.Addresses = append(k.Addresses, p)
	}
	return k, nil
}
