# syntax=docker/dockerfile:1
FROM denoland/deno:2.9.6 AS build
WORKDIR /app
COPY deno.json deno.lock ./
COPY links/ links/
RUN deno ci --prod
COPY main.ts mod.ts ./
COPY lib/ lib/
RUN deno task compile
RUN mkdir data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build --chown=65532:65532 /app/dist/hugbucket /hugbucket
COPY --from=build --chown=65532:65532 /app/data /data
WORKDIR /data
VOLUME /data
USER 65532:65532
ENV HUGBUCKET_HOST=0.0.0.0 HUGBUCKET_DATA_DIR=/data
EXPOSE 9000
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s CMD ["/hugbucket", "health"]
ENTRYPOINT ["/hugbucket"]
