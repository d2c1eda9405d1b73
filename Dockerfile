# docker build -t purchase-etl .
# docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" purchase-etl run jobs/nightly.toml
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --profile dist --locked --bin purchase-etl

# Not without a shell: schedulers work out a date with it, and --alert-command is run by it.
FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin purchase-etl
COPY --from=build /src/target/dist/purchase-etl /usr/local/bin/purchase-etl
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["purchase-etl"]
