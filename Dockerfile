FROM --platform=$BUILDPLATFORM denoland/deno:2.9.6 AS build
WORKDIR /app
COPY deno.json deno.lock ./
COPY links/ links/
RUN deno ci --prod
COPY main.ts ./
COPY lib/ lib/
COPY tools/ tools/
RUN deno task bundle && mkdir data

FROM denoland/deno:distroless-2.9.6
COPY --from=build /app/dist/hugbucket.js /app/hugbucket.js
COPY --from=build --chown=65532:65532 /app/data /data
WORKDIR /data
VOLUME /data
USER 65532:65532
ENV HUGBUCKET_HOST=0.0.0.0 HUGBUCKET_DATA_DIR=/data DENO_DIR=/data/deno
EXPOSE 9000
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s CMD ["/bin/deno", "run", "--no-prompt", "--cached-only", "--allow-net", "--allow-env", "/app/hugbucket.js", "health"]
ENTRYPOINT ["/bin/deno", "run", "--no-prompt", "--cached-only", "--unstable-cron", "--unstable-kv", "--unstable-no-legacy-abort", "--allow-net", "--allow-env", "--allow-read=/data,/run/secrets", "--allow-write=/data", "/app/hugbucket.js"]
