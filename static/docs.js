// Starts Swagger UI on /api/docs. A file of its own, for the Content-Security-Policy
// lets no inline script run.
SwaggerUIBundle({
  url: document.getElementById("swagger-ui").dataset.schema,
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  displayRequestDuration: true,
});
