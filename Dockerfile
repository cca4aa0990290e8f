# One image a service; images/README.md tells what each holds and how to build it.
ARG BUILD_IMAGE=node:24-trixie-slim
ARG RUNTIME_IMAGE=debian:trixie-slim

FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS code
WORKDIR /app
COPY . .
# The same modes whatever the umask of the checkout.
RUN chmod -R u=rwX,go=rX . && chmod 755 images/install-workspaces

# Only what npm reads: while this stays the same, nothing is installed anew.
FROM code AS manifests
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name install-workspaces -delete

FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS install
ARG TARGETARCH
WORKDIR /app
COPY --from=manifests /app ./
ENV PATH=/app/images:$PATH

# The Node that the tests run on, as package-lock.json pins it.
FROM install AS node
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    install-workspaces --workspaces=false && mv node_modules/node-linux-*/bin/node /node && rm -r node_modules

FROM install AS auth-modules
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    install-workspaces -w services/auth

FROM install AS videos-modules
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    install-workspaces -w services/videos

FROM install AS votes-modules
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    install-workspaces -w services/votes

FROM install AS portal-modules
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    install-workspaces -w services/portal

# The same for every target, so made once.
FROM manifests AS portal-build
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts -w services/portal
COPY --from=code /app/tsconfig.json ./
COPY --from=code /app/packages/service-kit packages/service-kit
COPY --from=code /app/packages/api-client packages/api-client
COPY --from=code /app/services/portal services/portal
RUN node services/portal/build.ts

FROM install AS transcoder-modules
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    install-workspaces -w services/transcoder

FROM install AS toolbox-modules
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    install-workspaces -w packages/toolbox -w packages/import

FROM install AS dev-modules
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=cache,target=/root/.npm \
    install-workspaces -w packages/local-cloud -w packages/local-gateway

FROM ${RUNTIME_IMAGE} AS runtime
COPY --from=node /node /usr/local/bin/node
WORKDIR /app
COPY --from=code /app/LICENSE ./
# The user has no entry in /etc/passwd, and the AWS SDK asks for its home.
ENV NODE_ENV=production HOME=/tmp
USER 10001:10001
ENTRYPOINT ["node"]
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.source=$SOURCE \
      org.opencontainers.image.licenses=Apache-2.0

# APP_OWNER=10001 makes the code writable for its program, so that a development cluster can sync files into it.
FROM runtime AS auth
ARG APP_OWNER=0
LABEL org.opencontainers.image.title=rising-stars-auth
COPY --from=auth-modules /app ./
COPY --from=code --chown=$APP_OWNER:$APP_OWNER /app/packages/service-kit packages/service-kit
COPY --from=code --chown=$APP_OWNER:$APP_OWNER /app/services/auth services/auth
EXPOSE 8080 9090
CMD ["services/auth/src/main.ts"]

FROM runtime AS videos
ARG APP_OWNER=0
LABEL org.opencontainers.image.title=rising-stars-videos
COPY --from=videos-modules /app ./
COPY --from=code --chown=$APP_OWNER:$APP_OWNER /app/packages/service-kit packages/service-kit
COPY --from=code --chown=$APP_OWNER:$APP_OWNER /app/services/videos services/videos
EXPOSE 8080 9090
CMD ["services/videos/src/main.ts"]

FROM runtime AS votes
ARG APP_OWNER=0
LABEL org.opencontainers.image.title=rising-stars-votes
COPY --from=votes-modules /app ./
COPY --from=code --chown=$APP_OWNER:$APP_OWNER /app/packages/service-kit packages/service-kit
COPY --from=code --chown=$APP_OWNER:$APP_OWNER /app/services/votes services/votes
EXPOSE 8080 9090
CMD ["services/votes/src/main.ts"]

FROM runtime AS portal
LABEL org.opencontainers.image.title=rising-stars-portal
COPY --from=portal-modules /app ./
COPY --from=code /app/packages/service-kit packages/service-kit
COPY --from=code /app/services/portal/package.json services/portal/
COPY --from=portal-build /app/services/portal/dist services/portal/dist
EXPOSE 8080 9090
CMD ["services/portal/dist/server/main.js"]

FROM runtime AS transcoder
ARG APP_OWNER=0
LABEL org.opencontainers.image.title=rising-stars-transcoder
# ffmpeg's way to a screen brings a compiler (LLVM, 200 MB) that no transcode ever loads.
USER 0
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ffmpeg \
    && dpkg --purge --force-depends libgl1-mesa-dri libglx-mesa0 mesa-libgallium libllvm19 libz3-4 \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
USER 10001:10001
COPY --from=transcoder-modules /app ./
COPY --from=code --chown=$APP_OWNER:$APP_OWNER /app/packages/service-kit packages/service-kit
COPY --from=code --chown=$APP_OWNER:$APP_OWNER /app/services/transcoder services/transcoder
EXPOSE 9090
CMD ["services/transcoder/src/main.ts"]

FROM runtime AS toolbox
LABEL org.opencontainers.image.title=rising-stars-toolbox
USER 0
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
USER 10001:10001
COPY --from=toolbox-modules /app ./
COPY --from=code /app/packages/service-kit packages/service-kit
COPY --from=code /app/packages/topology packages/topology
COPY --from=code /app/packages/api-client packages/api-client
COPY --from=code /app/packages/migrate packages/migrate
COPY --from=code /app/packages/import packages/import
COPY --from=code /app/packages/toolbox packages/toolbox
COPY --from=code /app/collections/sample.mp4 collections/
COPY --from=code /app/services/auth/migrations services/auth/migrations
COPY --from=code /app/services/videos/migrations services/videos/migrations
COPY --from=code /app/services/votes/migrations services/votes/migrations
CMD ["packages/migrate/src/main.ts"]

FROM runtime AS dev
LABEL org.opencontainers.image.title=rising-stars-dev
COPY --from=dev-modules /app ./
COPY --from=code /app/packages/service-kit packages/service-kit
COPY --from=code /app/packages/topology packages/topology
COPY --from=code /app/packages/local-cloud packages/local-cloud
COPY --from=code /app/packages/local-gateway packages/local-gateway
EXPOSE 4566 8080
CMD ["packages/local-cloud/src/main.ts"]
