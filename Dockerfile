# The image of nic-hang-exporter: one native executable on a base without a shell.
# docs/how-to/container.md says how to run it.
#
#   docker build --build-arg REVISION=$(git rev-parse HEAD) -t nic-hang-exporter .
#   docker build --target sbom --output . .                        writes nic-hang-exporter.cdx.json
#   docker buildx build --platform linux/amd64,linux/arm64 …       both architectures, without emulation
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble-aot
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

# Runs on the builder's architecture and compiles for the image's architecture.
FROM --platform=$BUILDPLATFORM ${SDK_IMAGE} AS publish
ARG TARGETARCH
WORKDIR /source
# The SDK image has no linker for the other architecture.
RUN set -eu; \
    case "$(dpkg --print-architecture)-$TARGETARCH" in \
      amd64-arm64) linker=aarch64-linux-gnu-gcc; packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;; \
      arm64-amd64) linker=x86_64-linux-gnu-gcc; packages="gcc-x86-64-linux-gnu libc6-dev-amd64-cross" ;; \
      *) exit 0 ;; \
    esac; \
    if ! command -v "$linker" > /dev/null; then \
      apt-get update; apt-get install -y --no-install-recommends $packages; rm -rf /var/lib/apt/lists/*; \
    fi
COPY .editorconfig global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt ./
COPY .config .config
COPY src/NicHangExporter/*.csproj src/NicHangExporter/packages.lock.json src/NicHangExporter/
COPY src/NicHangExporter.Linux/*.csproj src/NicHangExporter.Linux/packages.lock.json src/NicHangExporter.Linux/
RUN dotnet tool restore && dotnet restore src/NicHangExporter -a "$TARGETARCH"
COPY src src
ARG VERSION=0.1.0
ARG REVISION=
RUN set -eu; \
    case "$(dpkg --print-architecture)-$TARGETARCH" in \
      amd64-arm64) set -- -p:ObjCopyName=aarch64-linux-gnu-objcopy ;; \
      arm64-amd64) set -- -p:ObjCopyName=x86_64-linux-gnu-objcopy ;; \
    esac; \
    dotnet publish src/NicHangExporter --no-restore -a "$TARGETARCH" -o /out -p:RunAnalyzers=false \
      -p:Version="$VERSION" ${REVISION:+-p:SourceRevisionId="$REVISION"} "$@"
# The SBOM lists the packages restored for this architecture. Nothing is downloaded again.
RUN dotnet tool run dotnet-CycloneDX src/NicHangExporter/NicHangExporter.csproj --disable-package-restore \
      --framework net10.0 --set-name nic-hang-exporter --set-version "$VERSION" --output-format Json \
      --output /out --filename nic-hang-exporter.cdx.json

FROM scratch AS sbom
COPY --from=publish /out/nic-hang-exporter.cdx.json /

FROM --platform=$BUILDPLATFORM ${SDK_IMAGE} AS files
RUN command -v setcap > /dev/null \
    || { apt-get update && apt-get install -y --no-install-recommends libcap2-bin && rm -rf /var/lib/apt/lists/*; }
COPY --from=publish /out/nic-hang-exporter /files/nic-hang-exporter
# Permitted and not effective (+p, not +ep), so that the program also starts in a container that does not grant them.
# The program itself raises the capabilities that it has.
RUN chmod 0755 /files/nic-hang-exporter && setcap cap_net_admin,cap_syslog+p /files/nic-hang-exporter \
    && mkdir /files/state && mkdir -m 0700 /files/state/nic-hang-exporter

# The platform is the default, but buildah 1.28 would use that of the previous stage.
FROM --platform=$TARGETPLATFORM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=
ARG CREATED=
ARG SOURCE=https://github.com/nic-hang-exporter/nic-hang-exporter
ARG RUNTIME_IMAGE
LABEL org.opencontainers.image.title="nic-hang-exporter" \
      org.opencontainers.image.description="Prometheus exporter that detects NIC hangs and, if enabled, heals them." \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.url="${SOURCE}" \
      org.opencontainers.image.documentation="${SOURCE}/blob/main/docs/how-to/container.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.vendor="The NicHangExporter authors" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="${RUNTIME_IMAGE}"
COPY --from=files /files/nic-hang-exporter /usr/bin/nic-hang-exporter
COPY --from=publish /out/nic-hang-exporter.cdx.json /usr/share/sbom/nic-hang-exporter.cdx.json
COPY LICENSE /usr/share/doc/nic-hang-exporter/LICENSE
# A named volume gets the owner of the directory that it is mounted over.
COPY --from=files --chown=1654:1654 /files/state /var/lib
# The user "app" of the base, as a number: runAsNonRoot of Kubernetes accepts no name.
USER 1654:1654
EXPOSE 19642
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s CMD ["/usr/bin/nic-hang-exporter", "healthcheck"]
ENTRYPOINT ["/usr/bin/nic-hang-exporter"]
