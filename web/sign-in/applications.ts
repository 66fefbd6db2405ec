/** The applications that people sign in to; each is its own callback, and where one is after signing out. */
export const APPLICATIONS = ["/portal/", "/console/"] as const;
