# The core, reading only: docker build -t kuzushiji . && docker run --rm -v "$PWD:/data" kuzushiji read a.png
# With the page: docker build -t kuzushiji --build-arg EXTRAS=web . && docker run --rm -p 8000:8000 kuzushiji serve --host 0.0.0.0
FROM python:3.13-slim AS build
ARG EXTRAS=""
WORKDIR /source
COPY pyproject.toml README.md LICENSE LICENSE-weights.md ./
COPY LICENSES LICENSES
COPY src src
RUN python -m venv /opt/kuzushiji \
    && /opt/kuzushiji/bin/pip install --no-cache-dir --no-compile ".${EXTRAS:+[$EXTRAS]}" \
    && /opt/kuzushiji/bin/pip uninstall --yes pip

FROM python:3.13-slim
LABEL org.opencontainers.image.title="kuzushiji" \
      org.opencontainers.image.licenses="MIT AND CC-BY-SA-4.0" \
      org.opencontainers.image.description="Reads cursive classical Japanese."
RUN useradd --create-home --uid 1000 reader
COPY --from=build /opt/kuzushiji /opt/kuzushiji
ENV PATH=/opt/kuzushiji/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KUZUSHIJI_HOME=/home/reader/cache
USER 1000
WORKDIR /data
HEALTHCHECK NONE
ENTRYPOINT ["kuzushiji"]
CMD ["--help"]
