# A static akguard on an empty image: docker run --rm --volume "$PWD:/src:ro" akguard scan /src
#
# To build from an image that nobody can change, name it by its digest: docker build --build-arg GO=golang@sha256:...
ARG GO=golang:1.26.5-alpine3.24
FROM $GO AS build
ARG VERSION=
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download && go mod verify
COPY . .
RUN CGO_ENABLED=0 GOTOOLCHAIN=local go build -trimpath -ldflags "-s -X github.com/akguard/akguard/cmd/internal/command.release=$VERSION" -o /akguard ./cmd/akguard

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /akguard /akguard
USER 65532:65532
ENTRYPOINT ["/akguard"]
