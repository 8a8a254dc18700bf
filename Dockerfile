# A static akguard on an empty image: docker run --rm --volume "$PWD:/src:ro" akguard scan /src
FROM golang:1.26.5-alpine3.24 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /akguard ./cmd/akguard

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /akguard /akguard
USER 65532:65532
ENTRYPOINT ["/akguard"]
