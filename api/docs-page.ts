import { createRequire } from 'node:module';
import path from 'node:path';
import express, { Router } from 'express';

const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Tidings API</title>
  <link rel="stylesheet" href="/docs/swagger-ui.css">
  <link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
`;

/** Swagger UI quotes a text example of every type with "json" in its name: NDJSON must go out as it is written. */
const START = `const ndjsonAsText = () => ({
  afterLoad({ fn: { jsonSchema202012: samples } }) {
    const { getJsonSampleSchema } = samples;
    samples.getJsonSampleSchema = (schema, config, contentType, example) =>
      getJsonSampleSchema(schema, config, contentType.replace('ndjson', 'lines'), example);
  },
});
window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true,
  defaultModelsExpandDepth: 0, persistAuthorization: false, validatorUrl: null, plugins: [ndjsonAsText] });
`;

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page at `/docs`: Swagger UI from local files, so that it works without internet. */
export function docsPage(): Router {
  const assets = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const router = Router();
  router.use('/docs', (_request, response, next) => {
    response.set('content-security-policy', CONTENT_SECURITY_POLICY);
    next();
  });
  router.get('/docs', (_request, response) => void response.type('html').send(PAGE));
  router.get('/docs/start.js', (_request, response) => void response.type('js').send(START));
  router.use('/docs', express.static(assets, { index: false, maxAge: '1h' }));
  return router;
}
