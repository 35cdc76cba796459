# The service runs as it stands: nothing is built, only its production dependencies are installed.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
# It listens to other machines, so it asks for keys.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data AUTH=required
WORKDIR /app
# Holds the embedded database, where no DATABASE_URL names a server.
RUN mkdir /data && chown node:node /data
VOLUME /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY migrations ./migrations
COPY openapi ./openapi
COPY src ./src
USER node
EXPOSE 3000
# Alive, not ready: a container that waits for its database must not be replaced.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As `npm start` does, but not through npm, which would keep signals to itself.
CMD ["sh", "-c", "exec $(node -p 'require(\"./package.json\").scripts.start')"]
