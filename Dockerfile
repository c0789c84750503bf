# Everything that a build needs: the compiler of the kernels is a development dependency.
FROM node:24.21.0-slim AS build
WORKDIR /app
COPY package.json package-lock.json index.d.ts ./
# The image brings its own Node, and what else install scripts would do is for development.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY src ./src
RUN node node_modules/assemblyscript/bin/asc.js --config src/kernels/asconfig.json --target release \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-slim
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/tmp/node-compile-cache \
    SWEEPLINE_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/build ./build
COPY src ./src
COPY configs ./configs
COPY drizzle ./drizzle
COPY scripts/sweepline.mjs ./scripts/
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000 9400
# Of `serve`; a `worker` has its own in compose.yaml.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "scripts/sweepline.mjs"]
CMD ["serve"]
