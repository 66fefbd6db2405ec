// oxlint-disable no-new -- a construct registers itself with its scope
import { ArnFormat, Duration, type App } from "aws-cdk-lib";
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  PeriodOverride,
  TextWidget,
  type IMetric,
  type IWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Config } from "../config.ts";
import { HouseStack } from "../constructs/house-stack.ts";
import { business, costDrivers, health, line, type Chart, type Watched } from "../constructs/charts.ts";

/**
 * What people look at: from the devices to the text message, whether it is well, what it does for the city, what it
 * costs. A stack of its own, because it knows all others and none knows it: it can be deleted and made anew at any time.
 */
export class DashboardStack extends HouseStack {
  constructor(app: App, config: Config, watched: Watched) {
    super(app, "PermitWatchDashboard", "Permit Watch: dashboard; nothing depends on it", config);
    const dashboard = new Dashboard(this, "dashboard", {
      dashboardName: "permit-watch",
      defaultInterval: Duration.hours(6),
      periodOverride: PeriodOverride.INHERIT,
    });
    dashboard.addWidgets(this.alarms(watched));
    this.row(dashboard, "From the device to the text message", line(watched));
    this.row(dashboard, "Health: all of these are zero on a good day", health(watched));
    this.row(dashboard, "The city", business());
    this.row(dashboard, "What drives the cost", costDrivers(watched));
  }

  /** By their names: an alarm that is renamed does not hold up the deployment of its stack. */
  private alarms({ telemetry, services, site }: Watched): IWidget {
    const names = [telemetry, services, site].flatMap((stack) => stack.alarmNames);
    const alarms = names.map((name) =>
      Alarm.fromAlarmArn(
        this,
        `status-${name}`,
        this.formatArn({
          service: "cloudwatch",
          resource: "alarm",
          resourceName: name,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ),
    );
    return new AlarmStatusWidget({ title: "Alarms", alarms, width: 24, height: Math.ceil(names.length / 8) + 1 });
  }

  private row(dashboard: Dashboard, title: string, charts: readonly Chart[]): void {
    dashboard.addWidgets(
      new TextWidget({ markdown: `## ${title}\nRunbook: ${this.config.runbookUrl}`, width: 24, height: 2 }),
    );
    const width = Math.floor(24 / Math.min(4, charts.length));
    dashboard.addWidgets(
      ...charts.map(
        ({ title: each, left, right = [], unit }) =>
          new GraphWidget({
            title: each,
            left: [...left] as IMetric[],
            right: [...right] as IMetric[],
            width,
            height: 6,
            leftYAxis: { min: 0, label: unit, showUnits: false },
            rightYAxis: { min: 0, showUnits: false },
          }),
      ),
    );
  }
}
