# One image for every process of Tidings; docker-compose.yml names the commands. There is no build step: tsx runs the sources.
FROM node:24.21.0-bookworm-slim

ENV NODE_ENV=production TIDINGS_HOME=/var/lib/tidings
WORKDIR /app

# `npm ci` and the database client, by the same code as on a laptop; it leaves the stamps that keep commands from doing it again.
COPY package.json package-lock.json .npmrc prisma.config.ts ./
COPY prisma ./prisma
COPY stack/install.mjs ./stack/
RUN node -e "import('/app/stack/install.mjs').then(({ installMissing }) => installMissing('/app'))" \
  && npm cache clean --force

COPY . .
RUN mkdir "$TIDINGS_HOME" && chown node:node "$TIDINGS_HOME"
USER node

# Of the API, which is what the image runs by itself; processes that listen on nothing turn it off.
EXPOSE 7300
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7300/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "tsx", "api/main.ts"]
