package service

import (
	"bytes"

	"github.com/akguard/akguard/rules"
	"github.com/akguard/akguard/rules/internal/shape"
	"github.com/akguard/akguard/rules/reason"
)

// DeviceSecret is the secret of a device of IoT Platform.
const DeviceSecret rules.Type = "iot-device-secret"

func deviceSecret() rules.Rule {
	return rules.Rule{
		ID: "alibaba-iot-device-secret", Type: DeviceSecret, Severity: rules.Medium,
		Description: reason.New("rule.alibaba-iot-device-secret"),
		Help:        reason.New("rule.alibaba-iot-device-secret.help"),
		Detectors:   single(DeviceSecret, []string{"eviceSecret", "evice_secret", "EVICE_SECRET"}, findDeviceSecret, "eviceSecret", "EVICE_SECRET", "evice_secret"),
		Examples: rules.Examples{
			Match: []string{
				"{\"productKey\": \"a1abcDEF123\", \"deviceName\": \"dev1\", \"deviceSecret\": \"{hex32}\"}\n",
				"#define PRODUCT_KEY \"a1abcDEF123\"\n#define DEVICE_NAME \"dev1\"\n#define DEVICE_SECRET \"{hex32}\"\n",
				"ProductKey=a1abcDEF123\nDeviceName=dev1\nDeviceSecret={hex32}\n",
				"product_key = 'a1abcDEF123'\ndevice_name = 'dev1'\ndevice_secret = '{hex32}'\nhost = product_key + '.iot-as-mqtt.cn-shanghai.aliyuncs.com'\n",
			},
			NoMatch: []string{
				"ProductKey=a1abcDEF123\nDeviceSecret=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
				"device_secret = '{hex32}'\n",
				"ProductKey=a1abcDEF123\nDeviceSecret=${secret}\nchecksum={hex32}\n",
			},
		},
	}
}

// deviceLength is how many characters the secret of a device has.
const deviceLength = 32

// findDeviceSecret finds the value of a name, where the key of a product is nearby.
func findDeviceSecret(content []byte, at int) (rules.Match, bool) {
	_, end := line(content, at)
	v, ok := nextNamed(content, at, end, []string{"evicesecret", "evice_secret"})
	if !ok { // #define NAME "value"
		v, ok = defined(content, at, end)
	}
	if !ok || alnums(content, v.start, deviceLength) == 0 || !shape.MachineMade(content[v.start:v.start+deviceLength]) {
		return rules.Match{}, false
	}
	around := bytes.ToLower(content[max(0, at-nearby):min(len(content), at+nearby)])
	return rules.Match{Start: v.start, End: v.start + deviceLength}, shape.Contains(around, "productkey", "product_key", "iot-as-mqtt", "aliyun")
}

// defined finds the value of a name that a space separates from it.
func defined(content []byte, at, end int) (named, bool) {
	start := at
	for at < end && shape.IsNameByte(content[at]) {
		at++
	}
	from := skipAll(content, at, end, " \t(")
	if from == at || from >= end || !isQuote(content[from]) {
		return named{}, false
	}
	return named{nameStart: start, nameEnd: at, start: from + 1, end: end, quoted: true}, true
}
