// oxlint-disable no-new -- a construct registers itself with its scope
/** The only description of the system: one definition, deployed to AWS or run by infra/local. */
import { App, Validations, type AppProps } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { readConfig } from "./config.ts";
import { DashboardStack } from "./stacks/dashboard.ts";
import { DataStack } from "./stacks/data.ts";
import { ServicesStack } from "./stacks/services.ts";
import { SiteStack } from "./stacks/site.ts";
import { TelemetryStack } from "./stacks/telemetry.ts";

/** Stacks by life cycle: what is kept, what flows, what works, what is shown, what is watched. */
export function permitWatch(props: AppProps): App {
  const app = new App({ analyticsReporting: false, treeMetadata: false, ...props });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const config = readConfig(app);
  const data = new DataStack(app, config);
  const telemetry = new TelemetryStack(app, config, data);
  const services = new ServicesStack(app, config, data);
  const site = new SiteStack(app, config, data, services);
  new DashboardStack(app, config, { data, telemetry, services, site });
  return app;
}
