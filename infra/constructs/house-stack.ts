import { Stack, type App } from "aws-cdk-lib";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Config } from "../config.ts";
import type { HouseFunction } from "./house-function.ts";

/** What every stack of the house gets. Stacks know no account, and no region unless it is set: one synthesis serves all. */
export class HouseStack extends Stack {
  readonly config: Config;

  constructor(app: App, id: string, description: string, config: Config) {
    const { region } = config;
    super(app, id, { description, analyticsReporting: false, ...(region && { env: { region } }) });
    this.config = config;
  }

  /** In the Chinese partition some services lack parts that we use elsewhere; each place says what stands in. */
  get inChina(): boolean {
    return this.config.partition === "aws-cn";
  }
}

/** The stacks above the data stack also get the topic that alarms are sent to. */
export class WorkStack extends HouseStack {
  readonly operators: ITopic;
  /** What the dashboard shows of this stack; alarms, functions and queues enter themselves. */
  readonly alarmNames: string[] = [];
  readonly functions: HouseFunction[] = [];
  readonly failedQueues: Queue[] = [];

  constructor(app: App, id: string, description: string, config: Config, operators: ITopic) {
    super(app, id, description, config);
    this.operators = operators;
  }
}
