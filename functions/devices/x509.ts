/** X.509 as the project uses it. The library wants the reflection polyfill loaded before itself. */
import "reflect-metadata";

export * from "@peculiar/x509";
