import * as z from "zod/mini";

/** How many of a page, as a query says it. */
export const limit = z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(200)), 100);
