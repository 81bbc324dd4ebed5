# animecollections: web client, API, admin, worker. docs/containers.md tells how to run it.
#
# What is done in it is done by deploy/image/packages and deploy/image/build, which are
# tried without Docker too (make image). For builds that are the same tomorrow, pin the
# image below by its digest: docs/containers.md has the step.
ARG DEBIAN=debian:12-slim

# hadolint ignore=DL3006
FROM ${DEBIAN} AS base
COPY deploy/image/packages /usr/local/sbin/image-packages
RUN /usr/local/sbin/image-packages run

FROM base AS build
RUN /usr/local/sbin/image-packages build
WORKDIR /app
COPY requirements.txt requirements-reporting.txt requirements-s3.txt ./
COPY deploy/image/build deploy/image/build
RUN deploy/image/build packages
COPY . .
RUN deploy/image/build files

FROM base
COPY --from=build /app /app
WORKDIR /app
ENV DEBUG=false \
    HOST=0.0.0.0 \
    PORT=8000 \
    HOME=/tmp \
    DATABASE_URL=sqlite:////data/db.sqlite3 \
    MEDIA_ROOT=/data/media \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
# Nothing else is written: the rest of the file system may be read-only, but for /tmp.
VOLUME ["/data", "/backups"]
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/app/deploy/image/healthy"]
ENTRYPOINT ["/app/deploy/image/run"]
CMD ["web"]
