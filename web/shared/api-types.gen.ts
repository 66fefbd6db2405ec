/** Made by infra/openapi.ts from the operations' schemas; not edited by hand. */
export interface paths {
  "/api/self": {
    get: {
      responses: {
        200: {
          content: {
            "application/json": {
              sub: string;
              name: string;
              roles: string[];
              plants: string[];
              towns: string[];
              actions: string[];
            };
          };
        };
      };
    };
  };
}
