// Starts the renderer on the description beside it. Nothing is fetched from elsewhere: no validator, no fonts; a key that is typed
// into Authorize stays in the memory of this page.
addEventListener('DOMContentLoaded', () => {
  const { presets } = SwaggerUIBundle;
  SwaggerUIBundle({
    url: new URL('openapi.json', document.baseURI).href,
    dom_id: '#docs',
    presets: [presets.apis],
    layout: 'BaseLayout',
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    filter: true,
    validatorUrl: null,
    persistAuthorization: false,
    withCredentials: false,
    onComplete: () => document.getElementById('docs').removeAttribute('aria-busy'),
  });
});
