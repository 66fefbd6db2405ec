/** `GET /api/public/sign-in`: where people sign in, so that the web applications are built once for every deployment. */
import { Router } from "@aws-lambda-powertools/event-handler/http";

export interface SignIn {
  issuer: string;
  clientId: string;
}

/** What a client asks for: who it is about, and the person's name in the ID token. */
const SCOPE = "openid profile";

export function signInRoutes({ issuer, clientId }: SignIn): Router {
  const router = new Router();
  router.get("/api/public/sign-in", async () =>
    Response.json({ issuer, clientId, scope: SCOPE }, { headers: { "cache-control": "public, max-age=60" } }),
  );
  return router;
}
