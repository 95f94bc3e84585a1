FROM python:3.11-slim AS build
WORKDIR /build
RUN apt-get update && apt-get install --yes --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY ormolu ormolu
RUN python -m venv /opt/ormolu \
    && /opt/ormolu/bin/pip install --no-cache-dir -c constraints.txt '.[postgres,mysql,anomaly]'

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 ormolu && mkdir /data && chown ormolu /data
COPY --from=build /opt/ormolu /opt/ormolu
ENV PATH=/opt/ormolu/bin:$PATH ORMOLU_DATA=/data
USER ormolu
VOLUME /data
EXPOSE 7432 7480
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["ormolu", "status", "--health"]
# Beyond loopback the server wants TLS; a self-made certificate is the least.
ENTRYPOINT ["ormolu"]
CMD ["serve", "--host", "0.0.0.0", "--tls", "auto"]
