// Package wire reads calls of Alibaba Cloud's API and writes answers, for the emulator: the parameters wherever a client
// puts them, RPC V1 and ACS3 signatures, and answers in XML or JSON. It knows no service.
package wire
