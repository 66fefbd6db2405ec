/** Twenty-four invented plants of Tongxiang's trades, made by hand so that every rule of the warnings has one that shows it. */
import type { PlantSketch, Town } from "./fill-in.ts";
import { boundary, burner, drain, dustStation, incinerator, townSewage, vent } from "./sketch.ts";

const ultraLow = { a34013: 5, a21026: 35, a21002: 50 };
const gasBoiler = { a34013: 10, a21026: 35, a21002: 50 };
/** GB 4287-2012 as amended, indirect discharge. */
const dyeing = { w01018: 200, w21003: 20, w21001: 30, w21011: 1.5 };
const stenter = { a34013: 15, a24088: 40 };

const plant = (
  name: string,
  town: Town,
  industry: string,
  lon: number,
  lat: number,
  outlets: PlantSketch["outlets"],
  more: Partial<Pick<PlantSketch, "manager" | "wide" | "management">> = {},
): PlantSketch => ({
  name: `（演示）${name}`,
  town,
  industry,
  management: "key",
  location: { lon, lat },
  outlets,
  ...more,
});

export const INVENTED_PLANTS: readonly PlantSketch[] = [
  plant(
    "运河热电有限公司",
    "濮院镇",
    "热电联产",
    120.612,
    30.692,
    [
      // Two loggers on one stack: the second counts where the first has nothing.
      burner("DA001", "1、2 号燃煤锅炉烟囱", 6, ultraLow, [{}, {}]),
      burner("DA002", "3 号燃煤锅炉烟囱", 6, ultraLow),
      boundary("ZS-01", "厂界东", 3),
    ],
    { wide: true },
  ),
  plant("洲泉热力有限公司", "洲泉镇", "热电联产", 120.352, 30.618, [burner("DA001", "燃煤锅炉烟囱", 6, ultraLow)], {
    wide: true,
  }),
  plant(
    "凤鸣再生能源有限公司",
    "凤鸣街道",
    "生活垃圾焚烧发电",
    120.518,
    30.598,
    [
      incinerator("DA001", "1 号焚烧炉"),
      incinerator("DA002", "2 号焚烧炉"),
      drain("DW001", "渗滤液处理站总排口", { w01018: 100, w21003: 25, w21001: 40, w21011: 3 }),
    ],
    { wide: true },
  ),
  plant(
    "崇福锦绣印染有限公司",
    "崇福镇",
    "纺织印染",
    120.428,
    30.527,
    [drain("DW001", "废水总排口", dyeing), vent("DA001", "定型机废气排放口", stenter)],
    { wide: true },
  ),
  plant(
    "濮院彩虹印染有限公司",
    "濮院镇",
    "纺织印染",
    120.621,
    30.679,
    [
      // The logger was replaced: records before July belong to the old one.
      drain("DW001", "废水总排口", dyeing, [
        { to: "2026-07-01T00:00:00+08:00" },
        { from: "2026-07-01T00:00:00+08:00" },
      ]),
      vent("DA001", "1 号定型机", stenter),
      vent("DA002", "2 号定型机", stenter),
    ],
    { wide: true },
  ),
  plant("屠甸丝语印染有限公司", "屠甸镇", "纺织印染", 120.607, 30.611, [
    drain("DW001", "废水总排口", { ...dyeing, w01018: 500 }),
  ]),
  plant("高桥大港印染有限公司", "高桥街道", "纺织印染", 120.594, 30.548, [
    drain("DW001", "废水总排口", dyeing),
    burner("DA001", "导热油炉排放口", 3.5, gasBoiler),
  ]),
  // One manager for this plant and the next: two plants, two messages on one phone.
  plant("河山染整有限公司", "河山镇", "纺织印染", 120.415, 30.655, [drain("DW001", "废水总排口", dyeing)], {
    manager: 90_001,
  }),
  plant(
    "河山水洗有限公司",
    "河山镇",
    "纺织印染",
    120.424,
    30.664,
    [drain("DW001", "废水总排口", { w01018: 80, w21003: 10, w21001: 15, w21011: 0.5 })],
    { manager: 90_001 },
  ),
  plant("崇福皮草硝染有限公司", "崇福镇", "毛皮鞣制加工", 120.441, 30.538, [
    drain("DW001", "废水总排口", { w01018: 300, w21003: 35, w21001: 70, w21011: 4 }),
  ]),
  plant(
    "乌镇水乡酱业有限公司",
    "乌镇镇",
    "调味品制造",
    120.486,
    30.741,
    [drain("DW001", "废水总排口", { w01018: 500, w21003: 35, w21011: 8 }), burner("DA001", "燃气锅炉", 3.5, gasBoiler)],
    { management: "simplified" },
  ),
  plant(
    "石门杭白菊饮品有限公司",
    "石门镇",
    "饮料制造",
    120.447,
    30.628,
    [drain("DW001", "废水总排口", { w01018: 500, w21003: 35, w21011: 8 })],
    { management: "simplified" },
  ),
  plant(
    "洲泉精细化工有限公司",
    "洲泉镇",
    "化学原料制造",
    120.361,
    30.603,
    [
      vent("DA001", "RTO 排放口", { a24088: 60, a25002: 4, a21002: 150, a21026: 100 }),
      drain("DW001", "废水总排口", { w01018: 500, w21003: 35, w21001: 70, w21011: 8 }),
    ],
    { wide: true },
  ),
  plant(
    "洲泉聚酯纤维有限公司",
    "洲泉镇",
    "合成纤维制造",
    120.344,
    30.622,
    [
      burner("DA001", "热媒炉排放口", 3.5, gasBoiler),
      vent("DA002", "纺丝油雾排放口", { a24088: 60 }),
      drain("DW001", "废水总排口", { w01018: 60, w21003: 8, w21001: 40, w21011: 1 }),
    ],
    { wide: true },
  ),
  plant(
    "河山表面处理有限公司",
    "河山镇",
    "金属表面处理",
    120.411,
    30.671,
    [
      drain("DW001", "废水总排口", { w01018: 80, w20122: 0.5, w21001: 20 }),
      vent("DA001", "酸雾塔排放口", { a21024: 30 }),
    ],
    { wide: true },
  ),
  plant("石门精密铸造有限公司", "石门镇", "黑色金属铸造", 120.435, 30.612, [
    vent("DA001", "中频炉除尘排放口", { a34013: 30 }),
    boundary("ZS-01", "厂界北", 3),
  ]),
  plant("大麻新型墙材有限公司", "大麻镇", "砖瓦制造", 120.327, 30.497, [
    burner("DA001", "隧道窑排放口", 18, { a34013: 30, a21026: 150, a21002: 200, a21018: 3 }),
  ]),
  plant(
    "梧桐玻璃纤维有限公司",
    "梧桐街道",
    "玻璃纤维制造",
    120.561,
    30.628,
    [
      burner("DA001", "1 号池窑", 8, { a34013: 20, a21026: 200, a21002: 400 }),
      burner("DA002", "2 号池窑", 8, { a34013: 20, a21026: 200, a21002: 400 }),
    ],
    { wide: true },
  ),
  plant("城市污水处理有限公司", "凤鸣街道", "污水处理", 120.531, 30.606, [townSewage("DW001", "尾水排放口")], {
    wide: true,
  }),
  plant("濮院污水处理有限公司", "濮院镇", "污水处理", 120.627, 30.69, [townSewage("DW001", "尾水排放口")], {
    wide: true,
  }),
  plant(
    "石门运河码头有限公司",
    "石门镇",
    "内河码头",
    120.452,
    30.616,
    [dustStation("WZ-01", "堆场下风向"), boundary("ZS-01", "泊位厂界", 4)],
    { management: "simplified" },
  ),
  plant(
    "高桥商品混凝土有限公司",
    "高桥街道",
    "混凝土制造",
    120.608,
    30.561,
    [dustStation("WZ-01", "厂界下风向"), boundary("ZS-01", "厂界西", 3)],
    { management: "simplified" },
  ),
  // A ten-minute logger: ten slots a record.
  plant(
    "乌镇缫丝有限公司",
    "乌镇镇",
    "缫丝加工",
    120.495,
    30.752,
    [drain("DW001", "废水总排口", { w01018: 60, w21003: 10, w21001: 20, w21011: 0.5 }, [{ minuteInterval: 10 }])],
    { management: "simplified" },
  ),
  plant("屠甸整车涂装有限公司", "屠甸镇", "汽车零部件制造", 120.617, 30.598, [
    vent("DA001", "喷漆 RTO 排放口", { a24088: 60, a25002: 1 }, [{ minuteInterval: 10 }]),
    burner("DA002", "烘房燃烧器", 3.5, { a34013: 20, a21002: 50 }),
  ]),
];
