# Tidings without a database: give it one with DATABASE_URL, or start both with `docker compose up`.
ARG NODE=24-trixie-slim

# What builds stays behind here.
FROM node:${NODE} AS build
WORKDIR /tidings
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/build-web.mjs scripts/
COPY web web/
COPY src src/
RUN node scripts/build.mjs
# Only builds need these, and the embedded Postgres is an optional package.
RUN npm pkg delete \
      dependencies.@firebase/app \
      dependencies.@firebase/messaging \
      dependencies.@fontsource-variable/instrument-sans \
      dependencies.@fontsource/ibm-plex-mono \
      dependencies.@preact/signals \
      dependencies.preact \
      dependencies.preact-iso \
      dependencies.typescript \
      dependencies.vite \
 && npm prune --omit=dev --omit=optional --ignore-scripts \
 && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' \) -delete

FROM node:${NODE}
LABEL org.opencontainers.image.title="Tidings" \
      org.opencontainers.image.description="Self-hosted SMS and push notifications" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
# A published port reaches the container over its own address, never over its loopback.
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /tidings
COPY --from=build /tidings/package.json ./
COPY --from=build /tidings/node_modules node_modules/
COPY --from=build /tidings/dist dist/
COPY migrations migrations/
COPY docs docs/
# Nothing here is theirs to write: the file system may be read-only.
USER 10001:10001
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "require('http').get({port: process.env.PORT || 5000, path: '/livez'}, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# No shell in between: signals reach Tidings, and `docker run … migrate` gives it a command.
ENTRYPOINT ["node", "dist/main.js"]
