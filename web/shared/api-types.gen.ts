/* Made by `node infra/openapi.ts` from the operations of functions/; do not edit. */

export interface paths {
  "/api/self": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getSelf"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/labels": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getLabels"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listPlants"];
    post?: never;
    put?: never;
    delete?: never;
  };
}

export interface components {
  schemas: {
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      problems?: { path: string; reason: string }[];
      signIn?: boolean;
    };
    GetSelfAnswer: {
      sub: string;
      name: string;
      roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
      plants: string[];
      towns: string[];
      actions: string[];
    };
    GetLabelsAnswer: {
      version: string;
      pollutants: Record<string, { zh: string; en: string; unit: string; decimals: number }>;
      texts: Record<string, { zh: string; en: string }>;
    };
    ListPlantsAnswer: {
      plants: {
        permitNo: string;
        code: string;
        name: string;
        town: string;
        industry: string;
        management: "key" | "simplified" | "registration";
        state: "normal" | "warned" | "lost" | "silent";
        level: 0 | 1 | 2 | 3;
        outlets: number;
        openEpisodes: number;
        lastSeen: string | null;
        lon: number;
        lat: number;
      }[];
      next: string | null;
    };
  };
}

export interface operations {
  getSelf: {
    parameters: { query?: never; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetSelfAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getLabels: {
    parameters: { query?: never; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetLabelsAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listPlants: {
    parameters: {
      query?: {
        q?: string;
        town?: string;
        state?: "normal" | "warned" | "lost" | "silent";
        cursor?: string;
        limit?: string;
      };
      header?: never;
      path?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListPlantsAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
}
