/* Made by `npm run openapi` from the operations of functions/; do not edit. */

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
  "/api/episodes": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listEpisodes"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/episodes/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getEpisode"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/board": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getBoard"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getPlant"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/frames": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getFrames"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/values": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getValues"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/quarantine": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listQuarantine"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/quarantine/counts": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["countQuarantine"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/acknowledgements": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["acknowledge"];
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/marks": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listMarks"];
    post: operations["putMark"];
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/marks/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post?: never;
    put: operations["endMark"];
    delete?: never;
  };
  "/api/plants/{permitNo}/marks/{id}/judgement": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["judgeMark"];
    put?: never;
    delete?: never;
  };
  "/api/marks/contradicted": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listContradictedMarks"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/messages": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listMessages"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/rule-data": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getRuleData"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/rule-data/simulations": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listSimulations"];
    post: operations["simulateRules"];
    put?: never;
    delete?: never;
  };
  "/api/rule-data/simulations/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getSimulation"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/rule-data/simulations/{id}/hour": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getSimulationHour"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/rule-data/simulations/{id}/file": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getSimulationFile"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/contacts": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getContacts"];
    post?: never;
    put: operations["putContacts"];
    delete?: never;
  };
  "/api/plants/{permitNo}/permit": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getPermit"];
    post?: never;
    put: operations["putPermit"];
    delete?: never;
  };
  "/api/plants/{permitNo}/permit/revisions/{revision}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getRevision"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/permit/check": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["checkPermit"];
    put?: never;
    delete?: never;
  };
  "/api/devices": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listCityDevices"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/unmarked": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listUnmarked"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/marks/unmarked": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listCityUnmarked"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/self/notice-settings": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getNoticeSettings"];
    post?: never;
    put: operations["putNoticeSettings"];
    delete?: never;
  };
  "/api/self/push-devices": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listPushDevices"];
    post: operations["addPushDevice"];
    put?: never;
    delete?: never;
  };
  "/api/self/test-notice": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["sendTestNotice"];
    put?: never;
    delete?: never;
  };
  "/api/self/push-devices/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post?: never;
    put?: never;
    delete: operations["removePushDevice"];
  };
  "/api/self/notices": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listNotices"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/self/notices/read": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["readNotices"];
    put?: never;
    delete?: never;
  };
  "/api/people": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listPeople"];
    post: operations["invitePerson"];
    put?: never;
    delete?: never;
  };
  "/api/people/{sub}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getPerson"];
    post?: never;
    put: operations["putPerson"];
    delete?: never;
  };
  "/api/people/{sub}/invitation": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["inviteAgain"];
    put?: never;
    delete?: never;
  };
  "/api/people/{sub}/sign-out": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["signOutEverywhere"];
    put?: never;
    delete?: never;
  };
  "/api/self/sign-out": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["signOutSelfEverywhere"];
    put?: never;
    delete?: never;
  };
  "/api/audit": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listAudit"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/audit": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listPlantAudit"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/jobs": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listJobs"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/jobs/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getJob"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/jobs/{id}/cancel": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["cancelJob"];
    put?: never;
    delete?: never;
  };
  "/api/live/ticket": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["openLive"];
    put?: never;
    delete?: never;
  };
  "/api/imports/{id}/parts/{n}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post?: never;
    put: operations["putImportPart"];
    delete?: never;
  };
  "/api/imports/{id}/check": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["checkImport"];
    put?: never;
    delete?: never;
  };
  "/api/imports/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getImport"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/imports/{id}/apply": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["applyImport"];
    put?: never;
    delete?: never;
  };
  "/api/permits": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["exportPermits"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/quarantine/replays": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["replayQuarantine"];
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/devices": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listDevices"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/devices/{mn}/provision": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["provisionDevice"];
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/devices/{mn}/rotate": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["rotateDevice"];
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/devices/{mn}/finish-rotation": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["finishRotation"];
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/devices/{mn}/deactivate": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["deactivateDevice"];
    put?: never;
    delete?: never;
  };
  "/api/plants/{permitNo}/devices/{mn}/activate": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    post: operations["activateDevice"];
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
        state: "normal" | "warned" | "lost" | "silent" | "marked";
        level: 0 | 1 | 2 | 3;
        outlets: number;
        openEpisodes: number;
        lastSeen: string | null;
        lon: number;
        lat: number;
      }[];
      next: string | null;
    };
    ListEpisodesAnswer: {
      episodes: {
        id: string;
        outlet: string | null;
        pollutant: string | null;
        statistic: "hour" | "day" | "instant" | "period" | "facility";
        facility: string | null;
        kind: "limit" | "range" | "noise" | "facility";
        openedAt: string;
        closedAt: string | null;
        durationMinutes: number;
        level: 0 | 1 | 2 | 3;
        highest: 0 | 1 | 2 | 3;
        messages: number;
        escalatedAt: string | null;
        pausedUntil: string | null;
        closedHow: "recovered" | "lapsed" | null;
        permitNo: string;
        name: string;
        town: string;
      }[];
      next: string | null;
    };
    GetEpisodeAnswer: {
      id: string;
      outlet: string | null;
      pollutant: string | null;
      statistic: "hour" | "day" | "instant" | "period" | "facility";
      facility: string | null;
      kind: "limit" | "range" | "noise" | "facility";
      openedAt: string;
      closedAt: string | null;
      durationMinutes: number;
      level: 0 | 1 | 2 | 3;
      highest: 0 | 1 | 2 | 3;
      messages: number;
      escalatedAt: string | null;
      pausedUntil: string | null;
      closedHow: "recovered" | "lapsed" | null;
      permitNo: string;
      name: string;
      town: string;
      unit: string;
      decimals: number;
      hold: {
        outlet: string;
        pollutant: string;
        statistic: "hour" | "day";
        from: string;
        until: string;
        valid: number;
        left: number;
        mean: number | null;
        projected: number | null;
        required: number | null;
        limit: number;
        level: 0 | 1 | 2 | 3;
        unit: string;
      } | null;
      timeline: (
        | { type: "opened"; at: string }
        | {
            type: "projection";
            at: string;
            level: 0 | 1 | 2 | 3;
            valid: number | null;
            mean: number | null;
            projected: number | null;
            required: number | null;
            value: number | null;
            limit: number | null;
            min: number | null;
            until: string | null;
          }
        | { type: "level"; at: string; from: 0 | 1 | 2 | 3; to: 0 | 1 | 2 | 3 }
        | {
            type: "sms";
            at: string;
            kind: "warning" | "recovered" | "escalated" | "data" | "offline";
            roles: string[];
            phone: string;
            state: "claimed" | "sent" | "failed" | "unknown" | "expired" | "capped";
            text: string;
          }
        | {
            type: "acknowledged";
            at: string;
            action: "adjusting" | "repairing" | "stopping" | "device-fault";
            name: string | null;
            expectedAt: string | null;
            text: string;
          }
        | { type: "escalated"; at: string }
        | { type: "recovered" | "lapsed"; at: string }
        | {
            type: "verdict";
            at: string;
            period: string;
            statistic: "hour" | "day";
            verdict: "met" | "exceeded" | "insufficient" | "marked";
            mean: number | null;
            valid: number;
            limit: number;
            revision: number;
            cause: string;
          }
      )[];
      truncated: boolean;
    };
    GetBoardAnswer: {
      version: string;
      asOf: string;
      whole: boolean;
      counts: { normal: number; warned: number; lost: number; silent: number; marked: number };
      changesAt: string;
      plants: {
        permitNo: string;
        name: string;
        town: string;
        lon: number;
        lat: number;
        state: "normal" | "warned" | "lost" | "silent" | "marked";
        level: 0 | 1 | 2 | 3;
      }[];
      next: string | null;
      ticker: {
        id: string;
        outlet: string | null;
        pollutant: string | null;
        statistic: "hour" | "day" | "instant" | "period" | "facility";
        facility: string | null;
        kind: "limit" | "range" | "noise" | "facility";
        openedAt: string;
        closedAt: string | null;
        durationMinutes: number;
        level: 0 | 1 | 2 | 3;
        highest: 0 | 1 | 2 | 3;
        messages: number;
        escalatedAt: string | null;
        pausedUntil: string | null;
        closedHow: "recovered" | "lapsed" | null;
        permitNo: string;
        name: string;
        town: string;
        event: "opened" | "recovered" | "lapsed";
        at: string;
      }[];
      day: {
        date: string;
        opened: number;
        recovered: number;
        lapsed: number;
        open: number;
        escalated: number;
        plantsWarned: number;
        plantsSaved: number;
        notices: { sent: number; done: number };
        warnedPeriods: { closed: number; met: number; exceeded: number; undecided: number };
        offSite: { keyPlants: number; judgedByData: number; onSite: number | null; share: number | null };
        messages: number | null;
        kinds: { limit: number; range: number; noise: number; facility: number };
        pollutants: {
          pollutant: string;
          opened: number;
          recovered: number;
          lapsed: number;
          open: number;
          lost: number;
          plants: number;
        }[];
      };
      site: {
        period: "day" | "night";
        towns: {
          town: string;
          counts: {
            "treatment-running": number;
            "treatment-stopped": number;
            "treatment-other": number;
            "treatment-unknown": number;
            "treatment-mismatch": number;
            "production-running": number;
            "production-stopped": number;
            "production-other": number;
            "production-unknown": number;
            "noise-within": number;
            "noise-over": number;
            "noise-unknown": number;
            "dust-within": number;
            "dust-over": number;
            "dust-unknown": number;
          };
        }[];
      };
    };
    GetPlantAnswer: {
      permitNo: string;
      code: string;
      name: string;
      town: string;
      industry: string;
      management: "key" | "simplified" | "registration";
      validFrom: string;
      validTo: string;
      inForce: boolean;
      location: { lon: number; lat: number };
      revision: number;
      importedAt: string;
      asOf: string;
      rules: string;
      state: {
        key: "normal" | "warned" | "lost" | "silent";
        since: string | null;
        title: { zh: string; en: string };
        detail: { zh: string; en: string };
      };
      episodes: {
        id: string;
        outlet: string | null;
        pollutant: string | null;
        statistic: "hour" | "day" | "instant" | "period" | "facility";
        facility: string | null;
        kind: "limit" | "range" | "noise" | "facility";
        openedAt: string;
        closedAt: string | null;
        durationMinutes: number;
        level: 0 | 1 | 2 | 3;
        highest: 0 | 1 | 2 | 3;
        messages: number;
        escalatedAt: string | null;
        pausedUntil: string | null;
        closedHow: "recovered" | "lapsed" | null;
        hold: {
          outlet: string;
          pollutant: string;
          statistic: "hour" | "day";
          from: string;
          until: string;
          valid: number;
          left: number;
          mean: number | null;
          projected: number | null;
          required: number | null;
          limit: number;
          level: 0 | 1 | 2 | 3;
          unit: string;
        } | null;
      }[];
      outlets: {
        code: string;
        name: string;
        medium: "gas" | "water" | "noise" | "dust";
        devices: {
          mn: string;
          from: string;
          to: string | null;
          minuteInterval: number;
          units: Record<string, string>;
          encrypted: boolean;
        }[];
        limits: {
          pollutant: string;
          statistic: "hour" | "day" | "instant" | "period";
          basis: "converted" | "measured";
          referenceO2: number | null;
          max: number | null;
          min: number | null;
          period: "day" | "night" | null;
          from: string | null;
          to: string | null;
          source: string;
          unit: string;
          inForce: boolean;
        }[];
        quantities: {
          pollutant: string;
          name: { zh: string; en: string };
          unit: string;
          decimals: number;
          latest: {
            value: number | null;
            text: string;
            at: string;
            what: { zh: string; en: string };
            until: string;
            current: boolean;
          } | null;
          standing: { key: string; text: { zh: string; en: string } };
          soFar: {
            statistic: "hour" | "day";
            from: string;
            valid: number;
            mean: number | null;
            weighted: boolean | null;
            text: { zh: string; en: string };
          } | null;
          judged: {
            verdict: "met" | "exceeded" | "insufficient" | "marked";
            mean: number | null;
            revised: boolean;
            text: { zh: string; en: string };
          } | null;
          summary: { zh: string; en: string };
          series: { from: string; stepMinutes: number; values: (number | null)[]; invalid: number[]; marked: number[] };
          hours: {
            from: string;
            valid: number;
            mean: number | null;
            min: number | null;
            max: number | null;
            verdict: "met" | "exceeded" | "insufficient" | "marked" | null;
            limit: number | null;
            revision: number;
          }[];
          projections: {
            outlet: string;
            pollutant: string;
            statistic: "hour" | "day";
            from: string;
            until: string;
            valid: number;
            left: number;
            mean: number | null;
            projected: number | null;
            required: number | null;
            limit: number;
            level: 0 | 1 | 2 | 3;
            unit: string;
          }[];
        }[];
      }[];
      facilities: {
        code: string;
        kind: "treatment" | "production";
        outlets: string[];
        mn: string | null;
        sb: number | null;
        reported: number | null;
        at: string | null;
        text: { zh: string; en: string } | null;
      }[];
      devices: {
        mn: string;
        outlet: string;
        via: string | null;
        lastSeen: string | null;
        state: "online" | "offline" | "never";
        links: number;
        link: string | null;
        minutes: { received: number; counting: number; of: number };
      }[];
      contacts:
        | {
            role: "environment-manager" | "operator" | "legal-person" | "maintenance" | "town-officer";
            phone: string;
          }[]
        | null;
    };
    GetFramesAnswer: {
      mn: string;
      at: string;
      missing: "no-record" | "not-found" | null;
      frames: {
        ofMinute: boolean;
        receivedAt: string;
        archivedAt: string;
        topic: string;
        clientId: string;
        shard: string;
        sequence: string;
        piece: number;
        disposition: "accepted" | "duplicate" | "quarantined";
        reason: string | null;
        notes: string[];
        grade: string | null;
        sha256: string;
        previous: string | null;
        link: string | null;
        text: string;
        base64: string;
      }[];
      verified: boolean | null;
      reason: string | null;
    };
    GetValuesAnswer: {
      outlet: string;
      pollutant: string;
      step: "minute" | "hour" | "day";
      unit: string;
      decimals: number;
      limit: {
        statistic: "hour" | "day" | "instant" | "period";
        min: number | null;
        max: number | null;
        basis: "converted" | "measured";
        referenceO2: number | null;
      } | null;
      values: {
        at: string;
        value: number | null;
        flag?: string | null;
        quality?: "counts" | "invalid" | "marked";
        valid?: number;
        min?: number | null;
        max?: number | null;
        limit?: number | null;
        verdict?: "met" | "exceeded" | "insufficient" | "marked" | null;
        revision?: number;
        revisions?: {
          at: string;
          verdict: "met" | "exceeded" | "insufficient" | "marked";
          value: number | null;
          valid: number;
          cause: string;
        }[];
      }[];
    };
    ListQuarantineAnswer: {
      day: string;
      items: {
        key: string;
        at: string;
        topic: string;
        mn: string | null;
        reason: string;
        detail: string;
        sha256: string;
        size: number;
        base64: string;
        text: string;
        replayed: {
          at: string;
          by: { sub: string; name: string };
          job: string;
          outcome: "accepted" | "duplicate" | "refused";
          reason: string | null;
          detail: string | null;
          permitNo: string | null;
          archive: string | null;
        } | null;
      }[];
      next: string | null;
    };
    CountQuarantineAnswer: { day: string; reasons: Record<string, { items: number; in: number }>; more: boolean };
    AcknowledgeAnswer: {
      at: string;
      action: "adjusting" | "repairing" | "stopping" | "device-fault";
      expectedAt: string | null;
      note: string;
      episode: string | null;
      by: string;
      pausedUntil: string | null;
      key: string;
    };
    AcknowledgeBody: {
      episode?: string | null;
      action: "adjusting" | "repairing" | "stopping" | "device-fault";
      expectedAt?: string | null;
      note?: string;
      key: string;
    };
    ListMarksAnswer: {
      marks: {
        id: string;
        permitNo: string;
        outlet: string;
        pollutants: string[] | null;
        kind: string;
        from: string;
        to: string;
        reason: string;
        at: string;
        by: string;
        late: boolean;
        deadline: string;
        tests: {
          test:
            | "production-off"
            | "production-on"
            | "stack-cold"
            | "stack-warming"
            | "stack-cooling"
            | "oxygen-high"
            | "flow-small";
          result: "agrees" | "contradicts" | "no-data";
          fact: { value: number; threshold: number; unit: string; count: number } | null;
        }[];
        state: "standing" | "contradicted" | "judged-valid" | "judged-invalid" | "withdrawn";
        judgement: { decision: "valid" | "invalid"; reason: string; at: string; by: string } | null;
        changed: { reason: string; at: string; by: string; to: string } | null;
        key: string;
        version: number;
      }[];
      kinds: { kind: string; family: string; zh: string; en: string; maxHours: number | null }[];
      yearly: { outlet: string; kinds: string[]; year: number; hours: number; limit: number; source: string }[];
    };
    PutMarkAnswer: {
      id: string;
      permitNo: string;
      outlet: string;
      pollutants: string[] | null;
      kind: string;
      from: string;
      to: string;
      reason: string;
      at: string;
      by: string;
      late: boolean;
      deadline: string;
      tests: {
        test:
          | "production-off"
          | "production-on"
          | "stack-cold"
          | "stack-warming"
          | "stack-cooling"
          | "oxygen-high"
          | "flow-small";
        result: "agrees" | "contradicts" | "no-data";
        fact: { value: number; threshold: number; unit: string; count: number } | null;
      }[];
      state: "standing" | "contradicted" | "judged-valid" | "judged-invalid" | "withdrawn";
      judgement: { decision: "valid" | "invalid"; reason: string; at: string; by: string } | null;
      changed: { reason: string; at: string; by: string; to: string } | null;
      key: string;
      version: number;
    };
    PutMarkBody: {
      outlet: string;
      pollutants?: string[] | null;
      kind: string;
      from: string;
      to: string;
      reason: string;
      key: string;
    };
    EndMarkAnswer: {
      id: string;
      permitNo: string;
      outlet: string;
      pollutants: string[] | null;
      kind: string;
      from: string;
      to: string;
      reason: string;
      at: string;
      by: string;
      late: boolean;
      deadline: string;
      tests: {
        test:
          | "production-off"
          | "production-on"
          | "stack-cold"
          | "stack-warming"
          | "stack-cooling"
          | "oxygen-high"
          | "flow-small";
        result: "agrees" | "contradicts" | "no-data";
        fact: { value: number; threshold: number; unit: string; count: number } | null;
      }[];
      state: "standing" | "contradicted" | "judged-valid" | "judged-invalid" | "withdrawn";
      judgement: { decision: "valid" | "invalid"; reason: string; at: string; by: string } | null;
      changed: { reason: string; at: string; by: string; to: string } | null;
      key: string;
      version: number;
    };
    EndMarkBody: { to?: string; withdraw?: true; reason: string };
    JudgeMarkAnswer: {
      id: string;
      permitNo: string;
      outlet: string;
      pollutants: string[] | null;
      kind: string;
      from: string;
      to: string;
      reason: string;
      at: string;
      by: string;
      late: boolean;
      deadline: string;
      tests: {
        test:
          | "production-off"
          | "production-on"
          | "stack-cold"
          | "stack-warming"
          | "stack-cooling"
          | "oxygen-high"
          | "flow-small";
        result: "agrees" | "contradicts" | "no-data";
        fact: { value: number; threshold: number; unit: string; count: number } | null;
      }[];
      state: "standing" | "contradicted" | "judged-valid" | "judged-invalid" | "withdrawn";
      judgement: { decision: "valid" | "invalid"; reason: string; at: string; by: string } | null;
      changed: { reason: string; at: string; by: string; to: string } | null;
      key: string;
      version: number;
    };
    JudgeMarkBody: { decision: "valid" | "invalid"; reason: string };
    ListContradictedMarksAnswer: {
      marks: {
        permitNo: string;
        name: string;
        town: string;
        mark: {
          id: string;
          permitNo: string;
          outlet: string;
          pollutants: string[] | null;
          kind: string;
          from: string;
          to: string;
          reason: string;
          at: string;
          by: string;
          late: boolean;
          deadline: string;
          tests: {
            test:
              | "production-off"
              | "production-on"
              | "stack-cold"
              | "stack-warming"
              | "stack-cooling"
              | "oxygen-high"
              | "flow-small";
            result: "agrees" | "contradicts" | "no-data";
            fact: { value: number; threshold: number; unit: string; count: number } | null;
          }[];
          state: "standing" | "contradicted" | "judged-valid" | "judged-invalid" | "withdrawn";
          judgement: { decision: "valid" | "invalid"; reason: string; at: string; by: string } | null;
          changed: { reason: string; at: string; by: string; to: string } | null;
          key: string;
          version: number;
        };
      }[];
      next: string | null;
    };
    ListMessagesAnswer: {
      messages: {
        at: string;
        channel: "sms" | "push" | "email";
        roles: string[];
        to: string;
        text: string;
        state: "claimed" | "sent" | "failed" | "unknown" | "expired" | "capped";
      }[];
      next: string | null;
    };
    GetRuleDataAnswer: {
      version: string;
      effectiveFrom: string;
      tomorrow: string;
      files: { name: string; sha256: string; bytes: number; effective: string[] }[];
      versions: {
        state: "past" | "in-force" | "future";
        numbers: {
          effectiveFrom: string;
          prepared?: { by: string; at: string; simulation: string; figures: string[] };
          hour: {
            slots: 60;
            validSlots: number;
            pendingMinutes: number;
            newestWindow: number;
            newestCount: number;
            medianMin: number;
            medianMax: number;
            earlyMinutes: number;
            earlyValid: number;
            earlyMargin: number;
            lateMinutes: number;
            lateValid: number;
            recoveredShare: number;
            recoveredTicks: number;
            recoveredTickValid: number;
            lapsedTicks: number;
            repeatEarly: number;
            repeatLost: number;
            repeatEscalated: number;
            escalateTicks: number;
            closeGrace: number;
            oxygenCeiling: number;
            dayValidHours: number;
          };
          water: {
            newestCount: number;
            newestWindow: number;
            validSlots: number;
            earlyMinutes: number;
            lateMinutes: number;
            repeat: number;
            escalateRepeats: number;
            closeAt: number;
            recoveredShare: number;
            earlyMargin: number;
            validHours: number;
            hourValidSlots: number;
          };
          range: { adjacent: number; repeat: number };
          facility: { reports: number };
          noise: { records: number; repeat: number; dayFromHour: number; nightFromHour: number };
          silence: {
            minutes: number;
            overInterval: number;
            repeat: number;
            outageDevices: number;
            outageShare: number;
          };
          sms: { acknowledgePause: number; dailyCap: number; segments: number; lateTick: number };
          suspicious: { flatSlots: number; hugLow: number; hugHigh: number; hugMinutes: number; jumpFactor: number };
          clock: { aheadMinutes: number; behindDays: number };
        };
      }[];
      fields: {
        path: string;
        zh: string;
        en: string;
        unit:
          | "slots"
          | "minutes"
          | "hours"
          | "days"
          | "ticks"
          | "records"
          | "messages"
          | "segments"
          | "devices"
          | "share"
          | "percent"
          | "factor"
          | "clock-hour";
        min: number;
        max: number;
        stage: "tick" | "closing" | "receipt" | "sending" | "city" | "note";
      }[];
      most: { days: number; plants: number; plantDays: number };
    };
    SimulateRulesAnswer: {
      id: string;
      kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
      by: string;
      askedAt: string;
      state: "waiting" | "running" | "done" | "failed" | "cancelled";
      done: number;
      of: number | null;
      cancel: boolean;
      stalled: boolean;
      result: unknown;
      problem: string | null;
      changedAt: string;
    };
    SimulateRulesBody: {
      id: string;
      numbers: {
        effectiveFrom: string;
        prepared?: { by: string; at: string; simulation: string; figures: string[] };
        hour: {
          slots: 60;
          validSlots: number;
          pendingMinutes: number;
          newestWindow: number;
          newestCount: number;
          medianMin: number;
          medianMax: number;
          earlyMinutes: number;
          earlyValid: number;
          earlyMargin: number;
          lateMinutes: number;
          lateValid: number;
          recoveredShare: number;
          recoveredTicks: number;
          recoveredTickValid: number;
          lapsedTicks: number;
          repeatEarly: number;
          repeatLost: number;
          repeatEscalated: number;
          escalateTicks: number;
          closeGrace: number;
          oxygenCeiling: number;
          dayValidHours: number;
        };
        water: {
          newestCount: number;
          newestWindow: number;
          validSlots: number;
          earlyMinutes: number;
          lateMinutes: number;
          repeat: number;
          escalateRepeats: number;
          closeAt: number;
          recoveredShare: number;
          earlyMargin: number;
          validHours: number;
          hourValidSlots: number;
        };
        range: { adjacent: number; repeat: number };
        facility: { reports: number };
        noise: { records: number; repeat: number; dayFromHour: number; nightFromHour: number };
        silence: { minutes: number; overInterval: number; repeat: number; outageDevices: number; outageShare: number };
        sms: { acknowledgePause: number; dailyCap: number; segments: number; lateTick: number };
        suspicious: { flatSlots: number; hugLow: number; hugHigh: number; hugMinutes: number; jumpFactor: number };
        clock: { aheadMinutes: number; behindDays: number };
      };
      from: string;
      to: string;
      plants: { permitNos: string[] } | { town: string } | { sample: number };
    };
    ListSimulationsAnswer: {
      simulations: {
        id: string;
        kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
        by: string;
        askedAt: string;
        state: "waiting" | "running" | "done" | "failed" | "cancelled";
        done: number;
        of: number | null;
        cancel: boolean;
        stalled: boolean;
        result: unknown;
        problem: string | null;
        changedAt: string;
        from: string;
        to: string;
        chosen: string;
        plants: number;
        effectiveFrom: string;
        changed: { path: string; force: number; draft: number }[];
      }[];
      next: string | null;
    };
    GetSimulationAnswer: {
      simulation: {
        id: string;
        kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
        by: string;
        askedAt: string;
        state: "waiting" | "running" | "done" | "failed" | "cancelled";
        done: number;
        of: number | null;
        cancel: boolean;
        stalled: boolean;
        result: unknown;
        problem: string | null;
        changedAt: string;
        from: string;
        to: string;
        chosen: string;
        plants: number;
        effectiveFrom: string;
        changed: { path: string; force: number; draft: number }[];
      };
      numbers: {
        effectiveFrom: string;
        prepared?: { by: string; at: string; simulation: string; figures: string[] };
        hour: {
          slots: 60;
          validSlots: number;
          pendingMinutes: number;
          newestWindow: number;
          newestCount: number;
          medianMin: number;
          medianMax: number;
          earlyMinutes: number;
          earlyValid: number;
          earlyMargin: number;
          lateMinutes: number;
          lateValid: number;
          recoveredShare: number;
          recoveredTicks: number;
          recoveredTickValid: number;
          lapsedTicks: number;
          repeatEarly: number;
          repeatLost: number;
          repeatEscalated: number;
          escalateTicks: number;
          closeGrace: number;
          oxygenCeiling: number;
          dayValidHours: number;
        };
        water: {
          newestCount: number;
          newestWindow: number;
          validSlots: number;
          earlyMinutes: number;
          lateMinutes: number;
          repeat: number;
          escalateRepeats: number;
          closeAt: number;
          recoveredShare: number;
          earlyMargin: number;
          validHours: number;
          hourValidSlots: number;
        };
        range: { adjacent: number; repeat: number };
        facility: { reports: number };
        noise: { records: number; repeat: number; dayFromHour: number; nightFromHour: number };
        silence: { minutes: number; overInterval: number; repeat: number; outageDevices: number; outageShare: number };
        sms: { acknowledgePause: number; dailyCap: number; segments: number; lateTick: number };
        suspicious: { flatSlots: number; hugLow: number; hugHigh: number; hugMinutes: number; jumpFactor: number };
        clock: { aheadMinutes: number; behindDays: number };
      };
      result: {
        id: string;
        by: string;
        askedAt: string;
        from: string;
        to: string;
        chosen: string;
        plants: number;
        plantDays: number;
        unfinished: string[];
        ruleData: string;
        inForce: string[];
        numbers: {
          effectiveFrom: string;
          prepared?: { by: string; at: string; simulation: string; figures: string[] };
          hour: {
            slots: 60;
            validSlots: number;
            pendingMinutes: number;
            newestWindow: number;
            newestCount: number;
            medianMin: number;
            medianMax: number;
            earlyMinutes: number;
            earlyValid: number;
            earlyMargin: number;
            lateMinutes: number;
            lateValid: number;
            recoveredShare: number;
            recoveredTicks: number;
            recoveredTickValid: number;
            lapsedTicks: number;
            repeatEarly: number;
            repeatLost: number;
            repeatEscalated: number;
            escalateTicks: number;
            closeGrace: number;
            oxygenCeiling: number;
            dayValidHours: number;
          };
          water: {
            newestCount: number;
            newestWindow: number;
            validSlots: number;
            earlyMinutes: number;
            lateMinutes: number;
            repeat: number;
            escalateRepeats: number;
            closeAt: number;
            recoveredShare: number;
            earlyMargin: number;
            validHours: number;
            hourValidSlots: number;
          };
          range: { adjacent: number; repeat: number };
          facility: { reports: number };
          noise: { records: number; repeat: number; dayFromHour: number; nightFromHour: number };
          silence: {
            minutes: number;
            overInterval: number;
            repeat: number;
            outageDevices: number;
            outageShare: number;
          };
          sms: { acknowledgePause: number; dailyCap: number; segments: number; lateTick: number };
          suspicious: { flatSlots: number; hugLow: number; hugHigh: number; hugMinutes: number; jumpFactor: number };
          clock: { aheadMinutes: number; behindDays: number };
        };
        changed: { path: string; force: number; draft: number; replayed: boolean }[];
        figures: {
          force: {
            episodes: number;
            limitEpisodes: number;
            trueEpisodes: number;
            levels: number[];
            escalated: number;
            recovered: number;
            told: number;
            hours: { met: number; exceeded: number; insufficient: number; marked: number };
            days: { met: number; exceeded: number; insufficient: number; marked: number };
            exceededHours: number;
            hoursAhead: number;
            hoursAhead10: number;
            exceededDays: number;
            daysAhead: number;
            lead: { low: number; median: number; high: number } | null;
            dayLead: number | null;
            messages: number;
            otherMessages: number;
            capped: number;
            riskHours: number;
            messagesPerRiskHour: number | null;
            perPhoneDay: number | null;
            mostPerPhoneDay: number;
          };
          draft: {
            episodes: number;
            limitEpisodes: number;
            trueEpisodes: number;
            levels: number[];
            escalated: number;
            recovered: number;
            told: number;
            hours: { met: number; exceeded: number; insufficient: number; marked: number };
            days: { met: number; exceeded: number; insufficient: number; marked: number };
            exceededHours: number;
            hoursAhead: number;
            hoursAhead10: number;
            exceededDays: number;
            daysAhead: number;
            lead: { low: number; median: number; high: number } | null;
            dayLead: number | null;
            messages: number;
            otherMessages: number;
            capped: number;
            riskHours: number;
            messagesPerRiskHour: number | null;
            perPhoneDay: number | null;
            mostPerPhoneDay: number;
          };
        };
        byDay: {
          day: string;
          force: { messages: number; episodes: number };
          draft: { messages: number; episodes: number };
        }[];
        agreement: {
          episodes: { real: number; same: number; extra: number };
          messages: { real: number; same: number; extra: number };
          plants: number;
          differing: string[];
        };
        rows: {
          permitNo: string;
          name: string;
          town: string;
          outlet: string | null;
          what: string | null;
          statistic: "hour" | "day" | "instant" | "period" | "facility" | "silence";
          force: {
            episodes: number;
            trueEpisodes: number;
            levels: number[];
            escalated: number;
            recovered: number;
            told: number;
            met: number;
            exceeded: number;
            insufficient: number;
            marked: number;
            ahead: number;
            ahead10: number;
          };
          draft: {
            episodes: number;
            trueEpisodes: number;
            levels: number[];
            escalated: number;
            recovered: number;
            told: number;
            met: number;
            exceeded: number;
            insufficient: number;
            marked: number;
            ahead: number;
            ahead10: number;
          };
          differs: boolean;
          hours: {
            hour: string;
            force: {
              level: 0 | 1 | 2 | 3;
              messages: number;
              lead: number | null;
              verdict: "met" | "exceeded" | "insufficient" | "marked" | null;
            };
            draft: {
              level: 0 | 1 | 2 | 3;
              messages: number;
              lead: number | null;
              verdict: "met" | "exceeded" | "insufficient" | "marked" | null;
            };
          }[];
          moreHours: number;
        }[];
      } | null;
    };
    GetSimulationHourAnswer: {
      unit: string;
      decimals: number;
      limit: number;
      minutes: (number | null)[];
      ticks: {
        at: string;
        force: {
          level: 0 | 1 | 2 | 3;
          valid: number;
          mean: number | null;
          current: number | null;
          projected: number | null;
          required: number | null;
        };
        draft: {
          level: 0 | 1 | 2 | 3;
          valid: number;
          mean: number | null;
          current: number | null;
          projected: number | null;
          required: number | null;
        };
      }[];
    };
    GetSimulationFileAnswer: {
      base: { "manifest.json": string; "warning-numbers.json": string };
      "manifest.json": { version: string; effectiveFrom: string; note?: string };
      "warning-numbers.json": {
        effectiveFrom: string;
        prepared?: { by: string; at: string; simulation: string; figures: string[] };
        hour: {
          slots: 60;
          validSlots: number;
          pendingMinutes: number;
          newestWindow: number;
          newestCount: number;
          medianMin: number;
          medianMax: number;
          earlyMinutes: number;
          earlyValid: number;
          earlyMargin: number;
          lateMinutes: number;
          lateValid: number;
          recoveredShare: number;
          recoveredTicks: number;
          recoveredTickValid: number;
          lapsedTicks: number;
          repeatEarly: number;
          repeatLost: number;
          repeatEscalated: number;
          escalateTicks: number;
          closeGrace: number;
          oxygenCeiling: number;
          dayValidHours: number;
        };
        water: {
          newestCount: number;
          newestWindow: number;
          validSlots: number;
          earlyMinutes: number;
          lateMinutes: number;
          repeat: number;
          escalateRepeats: number;
          closeAt: number;
          recoveredShare: number;
          earlyMargin: number;
          validHours: number;
          hourValidSlots: number;
        };
        range: { adjacent: number; repeat: number };
        facility: { reports: number };
        noise: { records: number; repeat: number; dayFromHour: number; nightFromHour: number };
        silence: { minutes: number; overInterval: number; repeat: number; outageDevices: number; outageShare: number };
        sms: { acknowledgePause: number; dailyCap: number; segments: number; lateTick: number };
        suspicious: { flatSlots: number; hugLow: number; hugHigh: number; hugMinutes: number; jumpFactor: number };
        clock: { aheadMinutes: number; behindDays: number };
      }[];
    };
    GetContactsAnswer: {
      contacts: {
        id: string;
        role: "environment-manager" | "operator" | "legal-person" | "maintenance";
        name: string;
        phone: string;
        channels: { sms: boolean; push?: boolean };
        email?: string | null;
        delegateOf: string | null;
        from: string | null;
        to: string | null;
      }[];
      townOfficers: { phone: string }[];
      own: boolean;
      changed: { by: string; at: string } | null;
    };
    PutContactsAnswer: {
      contacts: {
        id: string;
        role: "environment-manager" | "operator" | "legal-person" | "maintenance";
        name: string;
        phone: string;
        channels: { sms: boolean; push?: boolean };
        email?: string | null;
        delegateOf: string | null;
        from: string | null;
        to: string | null;
      }[];
      townOfficers: { phone: string }[];
      own: boolean;
      changed: { by: string; at: string } | null;
    };
    PutContactsBody: {
      contacts: {
        id: string;
        role: "environment-manager" | "operator" | "legal-person" | "maintenance";
        name: string;
        phone: string;
        channels: { sms: boolean; push?: boolean };
        email?: string | null;
        delegateOf: string | null;
        from: string | null;
        to: string | null;
      }[];
    };
    GetPermitAnswer: {
      permit: {
        permitNo: string;
        name: string;
        town: string;
        industry: string;
        management: "key" | "simplified" | "registration";
        validFrom: string;
        validTo: string;
        location: { lon: number; lat: number };
        contacts:
          | {
              role: "environment-manager" | "operator" | "legal-person" | "maintenance" | "town-officer";
              phone: string;
            }[]
          | null;
        facilities: {
          code: string;
          kind: "treatment" | "production";
          outlets: string[];
          mn: string | null;
          sb: number | null;
        }[];
        outlets: {
          code: string;
          medium: "gas" | "water" | "noise" | "dust";
          name: string;
          devices: {
            mn: string;
            from: string | null;
            to: string | null;
            minuteInterval: number;
            units: Record<string, string>;
            secretRef: string | null;
          }[];
          limits: {
            pollutant: string;
            statistic: "hour" | "day" | "instant" | "period";
            basis: "converted" | "measured";
            referenceO2: number | null;
            max: number | null;
            min: number | null;
            period: "day" | "night" | null;
            from: string | null;
            to: string | null;
            source: string;
          }[];
        }[];
      };
      revision: number;
      importedAt: string;
      revisions: { revision: number; importedAt: string; source: string; by: string | null; reason: string | null }[];
      older: boolean;
    };
    GetRevisionAnswer: {
      revision: number;
      importedAt: string;
      source: string;
      by: string | null;
      reason: string | null;
      permit: {
        permitNo: string;
        name: string;
        town: string;
        industry: string;
        management: "key" | "simplified" | "registration";
        validFrom: string;
        validTo: string;
        location: { lon: number; lat: number };
        contacts:
          | {
              role: "environment-manager" | "operator" | "legal-person" | "maintenance" | "town-officer";
              phone: string;
            }[]
          | null;
        facilities: {
          code: string;
          kind: "treatment" | "production";
          outlets: string[];
          mn: string | null;
          sb: number | null;
        }[];
        outlets: {
          code: string;
          medium: "gas" | "water" | "noise" | "dust";
          name: string;
          devices: {
            mn: string;
            from: string | null;
            to: string | null;
            minuteInterval: number;
            units: Record<string, string>;
            secretRef: string | null;
          }[];
          limits: {
            pollutant: string;
            statistic: "hour" | "day" | "instant" | "period";
            basis: "converted" | "measured";
            referenceO2: number | null;
            max: number | null;
            min: number | null;
            period: "day" | "night" | null;
            from: string | null;
            to: string | null;
            source: string;
          }[];
        }[];
      };
      differences: {
        path: string;
        kind:
          | "permit-added"
          | "permit-changed"
          | "outlet-added"
          | "outlet-removed"
          | "outlet-changed"
          | "limit-added"
          | "limit-removed"
          | "limit-changed"
          | "limit-followed"
          | "device-added"
          | "device-removed"
          | "device-changed"
          | "facility-added"
          | "facility-removed"
          | "facility-changed"
          | "contact-added"
          | "contact-removed"
          | "order-changed";
        where: {
          outlet?: string;
          pollutant?: string;
          statistic?: "hour" | "day" | "instant" | "period";
          period?: "day" | "night";
          device?: string;
          facility?: string;
          role?: "environment-manager" | "operator" | "legal-person" | "maintenance" | "town-officer";
          from?: string;
          field?: string;
        };
        before: unknown;
        after: unknown;
      }[];
    };
    CheckPermitAnswer: {
      problems: { path: string; reason: string; zh: string }[];
      differences: {
        path: string;
        kind:
          | "permit-added"
          | "permit-changed"
          | "outlet-added"
          | "outlet-removed"
          | "outlet-changed"
          | "limit-added"
          | "limit-removed"
          | "limit-changed"
          | "limit-followed"
          | "device-added"
          | "device-removed"
          | "device-changed"
          | "facility-added"
          | "facility-removed"
          | "facility-changed"
          | "contact-added"
          | "contact-removed"
          | "order-changed";
        where: {
          outlet?: string;
          pollutant?: string;
          statistic?: "hour" | "day" | "instant" | "period";
          period?: "day" | "night";
          device?: string;
          facility?: string;
          role?: "environment-manager" | "operator" | "legal-person" | "maintenance" | "town-officer";
          from?: string;
          field?: string;
        };
        before: unknown;
        after: unknown;
      }[];
      past: { limits: string | null; basis: string | null; bindings: string | null } | null;
    };
    CheckPermitBody: { permit: Record<string, unknown> };
    PutPermitAnswer: {
      outcome: "revised" | "unchanged";
      permit: {
        permitNo: string;
        name: string;
        town: string;
        industry: string;
        management: "key" | "simplified" | "registration";
        validFrom: string;
        validTo: string;
        location: { lon: number; lat: number };
        contacts:
          | {
              role: "environment-manager" | "operator" | "legal-person" | "maintenance" | "town-officer";
              phone: string;
            }[]
          | null;
        facilities: {
          code: string;
          kind: "treatment" | "production";
          outlets: string[];
          mn: string | null;
          sb: number | null;
        }[];
        outlets: {
          code: string;
          medium: "gas" | "water" | "noise" | "dust";
          name: string;
          devices: {
            mn: string;
            from: string | null;
            to: string | null;
            minuteInterval: number;
            units: Record<string, string>;
            secretRef: string | null;
          }[];
          limits: {
            pollutant: string;
            statistic: "hour" | "day" | "instant" | "period";
            basis: "converted" | "measured";
            referenceO2: number | null;
            max: number | null;
            min: number | null;
            period: "day" | "night" | null;
            from: string | null;
            to: string | null;
            source: string;
          }[];
        }[];
      };
      revision: number;
      differences: {
        path: string;
        kind:
          | "permit-added"
          | "permit-changed"
          | "outlet-added"
          | "outlet-removed"
          | "outlet-changed"
          | "limit-added"
          | "limit-removed"
          | "limit-changed"
          | "limit-followed"
          | "device-added"
          | "device-removed"
          | "device-changed"
          | "facility-added"
          | "facility-removed"
          | "facility-changed"
          | "contact-added"
          | "contact-removed"
          | "order-changed";
        where: {
          outlet?: string;
          pollutant?: string;
          statistic?: "hour" | "day" | "instant" | "period";
          period?: "day" | "night";
          device?: string;
          facility?: string;
          role?: "environment-manager" | "operator" | "legal-person" | "maintenance" | "town-officer";
          from?: string;
          field?: string;
        };
        before: unknown;
        after: unknown;
      }[];
    };
    PutPermitBody: { permit: Record<string, unknown>; reason: string };
    ListCityDevicesAnswer: {
      devices: {
        permitNo: string;
        name: string;
        town: string;
        mn: string;
        outlet: string;
        week: { grade: "A" | "B" | "C" | "D"; points: number } | null;
        month: { grade: "A" | "B" | "C" | "D"; points: number } | null;
        silent: boolean;
        lastSeen: string | null;
        via: string | null;
        day: string;
        certificate: "in-force" | "expiring" | "none" | "unseen" | "not-needed";
        notAfter: string | null;
      }[];
      next: string | null;
    };
    ListUnmarkedAnswer: {
      periods: {
        outlet: string;
        pollutants: string[];
        from: string;
        to: string;
        why: "missing" | "flagged" | "suspicious";
        signs: string[];
        deadline: string;
        overdue: boolean;
      }[];
    };
    ListCityUnmarkedAnswer: {
      periods: {
        permitNo: string;
        name: string;
        town: string;
        outlet: string;
        pollutants: string[];
        from: string;
        to: string;
        why: "missing" | "flagged" | "suspicious";
        signs: string[];
        ageHours: number;
        deadline: string;
        overdue: boolean;
      }[];
      total: { periods: number; plants: number; overdue: number };
      lastDay: string;
      next: string | null;
    };
    GetNoticeSettingsAnswer: {
      settings: {
        kinds: { warning: ("push" | "email")[]; recovery?: ("push" | "email")[]; data: ("push" | "email")[] };
        digest?: { hour: number; channels: ("push" | "email")[]; kinds?: Record<string, ("push" | "email")[]> };
      };
      digest: {
        earliestHour: number;
        latestHour: number;
        usualHour: number;
        kinds: { kind: "unmarked" | "contradicted" | "judged" | "revised" | "expiring"; zh: string; en: string }[];
      };
      pushKey: string;
      emailOn: boolean;
      email: string | null;
    };
    PutNoticeSettingsAnswer: {
      settings: {
        kinds: { warning: ("push" | "email")[]; recovery?: ("push" | "email")[]; data: ("push" | "email")[] };
        digest?: { hour: number; channels: ("push" | "email")[]; kinds?: Record<string, ("push" | "email")[]> };
      };
      digest: {
        earliestHour: number;
        latestHour: number;
        usualHour: number;
        kinds: { kind: "unmarked" | "contradicted" | "judged" | "revised" | "expiring"; zh: string; en: string }[];
      };
      pushKey: string;
      emailOn: boolean;
      email: string | null;
    };
    PutNoticeSettingsBody: {
      kinds: { warning: ("push" | "email")[]; recovery?: ("push" | "email")[]; data: ("push" | "email")[] };
      digest?: { hour: number; channels: ("push" | "email")[]; kinds?: Record<string, ("push" | "email")[]> };
    };
    ListPushDevicesAnswer: { devices: { id: string; name: string; since: string }[] };
    AddPushDeviceAnswer: { id: string; name: string; since: string };
    AddPushDeviceBody: { endpoint: string; p256dh: string; auth: string; name: string };
    SendTestNoticeAnswer: { state: "sent" | "failed" | "unknown" };
    SendTestNoticeBody: { channel: "push" | "email"; device: string | null };
    RemovePushDeviceAnswer: { devices: { id: string; name: string; since: string }[] };
    ListNoticesAnswer: {
      asOf: string;
      since: string;
      last: {
        at: string;
        state: "claimed" | "sent" | "failed" | "unknown" | "empty";
        receipts: { channel: "push" | "email"; to: string; state: "sent" | "failed" | "unknown" }[];
      } | null;
      notices: {
        id: string;
        read: boolean;
        kind: "unmarked" | "contradicted" | "judged" | "revised" | "expiring";
        permitNo: string;
        plant: string;
        at: string;
        deadline: string | null;
        outlet: string | null;
        from: string | null;
        to: string | null;
        decision: "valid" | "invalid" | null;
        reason: string | null;
      }[];
      next: string | null;
    };
    ReadNoticesAnswer: { upTo: string | null; ids: number };
    ReadNoticesBody: { ids?: string[]; upTo?: string };
    ListPeopleAnswer: {
      people: {
        sub: string;
        name: string;
        phone: string | null;
        email: string | null;
        roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
        plants: string[];
        towns: string[];
        active: boolean;
        sessionsFrom: string | null;
        version: number;
      }[];
      next: string | null;
    };
    GetPersonAnswer: {
      sub: string;
      name: string;
      phone: string | null;
      email: string | null;
      roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
      plants: string[];
      towns: string[];
      active: boolean;
      sessionsFrom: string | null;
      version: number;
    };
    InvitePersonAnswer: {
      person: {
        sub: string;
        name: string;
        phone: string | null;
        email: string | null;
        roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
        plants: string[];
        towns: string[];
        active: boolean;
        sessionsFrom: string | null;
        version: number;
      };
      invitation:
        | { kind: "link"; link: string; until: string }
        | { kind: "password"; username: string | null; password: string; until: string }
        | null;
      sms: "sent" | "failed" | "unknown" | null;
    };
    InvitePersonBody: {
      name: string;
      phone: string | null;
      email: string | null;
      roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
      plants: string[];
      towns: string[];
      username?: string | null;
      key?: string | null;
      sms?: boolean;
      subject?: string | null;
    };
    InviteAgainAnswer: {
      person: {
        sub: string;
        name: string;
        phone: string | null;
        email: string | null;
        roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
        plants: string[];
        towns: string[];
        active: boolean;
        sessionsFrom: string | null;
        version: number;
      };
      invitation:
        | { kind: "link"; link: string; until: string }
        | { kind: "password"; username: string | null; password: string; until: string }
        | null;
      sms: "sent" | "failed" | "unknown" | null;
    };
    InviteAgainBody: { sms?: boolean };
    PutPersonAnswer: {
      sub: string;
      name: string;
      phone: string | null;
      email: string | null;
      roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
      plants: string[];
      towns: string[];
      active: boolean;
      sessionsFrom: string | null;
      version: number;
    };
    PutPersonBody: {
      name: string;
      phone: string | null;
      email: string | null;
      roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
      plants: string[];
      towns: string[];
      active: boolean;
    };
    SignOutEverywhereAnswer: {
      sub: string;
      name: string;
      phone: string | null;
      email: string | null;
      roles: ("regulator" | "inspector" | "town-officer" | "enterprise" | "expert" | "auditor")[];
      plants: string[];
      towns: string[];
      active: boolean;
      sessionsFrom: string | null;
      version: number;
    };
    SignOutSelfEverywhereAnswer: { sessionsFrom: string };
    ListAuditAnswer: {
      entries: {
        id: string;
        at: string;
        sub: string;
        name: string;
        operation: string;
        permitNo: string | null;
        target: string;
        before: unknown;
        after: unknown;
      }[];
      next: string | null;
    };
    ListPlantAuditAnswer: {
      entries: {
        id: string;
        at: string;
        sub: string;
        name: string;
        operation: string;
        permitNo: string | null;
        target: string;
        before: unknown;
        after: unknown;
      }[];
      next: string | null;
    };
    ListJobsAnswer: {
      jobs: {
        id: string;
        kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
        by: string;
        askedAt: string;
        state: "waiting" | "running" | "done" | "failed" | "cancelled";
        done: number;
        of: number | null;
        cancel: boolean;
        stalled: boolean;
        result: unknown;
        problem: string | null;
        changedAt: string;
      }[];
      next: string | null;
    };
    GetJobAnswer: {
      id: string;
      kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
      by: string;
      askedAt: string;
      state: "waiting" | "running" | "done" | "failed" | "cancelled";
      done: number;
      of: number | null;
      cancel: boolean;
      stalled: boolean;
      result: unknown;
      problem: string | null;
      changedAt: string;
    };
    CancelJobAnswer: {
      id: string;
      kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
      by: string;
      askedAt: string;
      state: "waiting" | "running" | "done" | "failed" | "cancelled";
      done: number;
      of: number | null;
      cancel: boolean;
      stalled: boolean;
      result: unknown;
      problem: string | null;
      changedAt: string;
    };
    OpenLiveAnswer: { ticket: string; path: string; until: string };
    PutImportPartAnswer: { bytes: number };
    PutImportPartBody: { base64: string };
    CheckImportAnswer: {
      id: string;
      kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
      by: string;
      askedAt: string;
      state: "waiting" | "running" | "done" | "failed" | "cancelled";
      done: number;
      of: number | null;
      cancel: boolean;
      stalled: boolean;
      result: unknown;
      problem: string | null;
      changedAt: string;
    };
    CheckImportBody: { fileName: string; parts: number; sha256: string; upload?: string };
    GetImportAnswer: {
      id: string;
      upload: string;
      parts: number;
      fileName: string;
      bytes: number;
      sha256: string;
      checkedAt: string;
      ruleData: string;
      format: "json" | "csv" | "xlsx" | null;
      encoding: "utf-8" | "utf-16" | "gb18030" | null;
      ok: boolean;
      plants: number;
      created: number;
      revised: number;
      unchanged: number;
      outdated: number;
      problemCount: number;
      problems: {
        en: string;
        zh: string;
        path: string;
        sheet: string | null;
        line: number | null;
        column: string | null;
      }[];
      notes: { en: string; zh: string }[];
      items: {
        permitNo: string;
        name: string;
        town: string;
        outcome: "created" | "revised" | "unchanged" | "outdated";
        sheet: string | null;
        line: number | null;
        differences: { path: string; kind: string; where: Record<string, string>; before: unknown; after: unknown }[];
        more: number;
      }[];
      next: string | null;
    };
    ApplyImportAnswer: {
      id: string;
      kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
      by: string;
      askedAt: string;
      state: "waiting" | "running" | "done" | "failed" | "cancelled";
      done: number;
      of: number | null;
      cancel: boolean;
      stalled: boolean;
      result: unknown;
      problem: string | null;
      changedAt: string;
    };
    ApplyImportBody: { job: string };
    ExportPermitsAnswer: { permits: unknown[]; total: number; next: string | null };
    ReplayQuarantineAnswer: {
      id: string;
      kind: "check-permits" | "apply-permits" | "replay-quarantine" | "simulate-rules";
      by: string;
      askedAt: string;
      state: "waiting" | "running" | "done" | "failed" | "cancelled";
      done: number;
      of: number | null;
      cancel: boolean;
      stalled: boolean;
      result: unknown;
      problem: string | null;
      changedAt: string;
    };
    ReplayQuarantineBody: {
      dryRun: boolean;
      chosen: { keys: string[] } | { from: string; to: string; reason?: string; prefix?: string };
      id: string;
    };
    ListDevicesAnswer: {
      devices: {
        mn: string;
        bindings: { outlet: string | null; from: string; to: string | null }[];
        certificates: {
          id: string;
          status: "ACTIVE" | "INACTIVE" | "REVOKED";
          created: string;
          notAfter: string;
          inForce: boolean;
        }[];
        rotating: boolean;
        via: string | null;
        lastSeen: string | null;
        refusals: { at: string; reason: string; detail: string }[];
        quality: {
          outlet: string;
          week: {
            grade: "A" | "B" | "C" | "D";
            points: number;
            days: number;
            of: {
              fact: "received" | "counting" | "late" | "clock" | "refused" | "resent" | "suspicious";
              value: number | null;
              points: number;
              weight: number;
              full: number;
              none: number;
              atNone: "A" | "B" | "C" | "D";
            }[];
          } | null;
          month: {
            grade: "A" | "B" | "C" | "D";
            points: number;
            days: number;
            of: {
              fact: "received" | "counting" | "late" | "clock" | "refused" | "resent" | "suspicious";
              value: number | null;
              points: number;
              weight: number;
              full: number;
              none: number;
              atNone: "A" | "B" | "C" | "D";
            }[];
          } | null;
        }[];
      }[];
    };
    ProvisionDeviceAnswer: {
      certificate: {
        id: string;
        status: "ACTIVE" | "INACTIVE" | "REVOKED";
        created: string;
        notAfter: string;
        inForce: boolean;
      };
      pem: string;
      connection: { endpoint: string; clientId: string; publish: string[]; subscribe: string; ca: string };
    };
    ProvisionDeviceBody: { request: string };
    RotateDeviceAnswer: {
      certificate: {
        id: string;
        status: "ACTIVE" | "INACTIVE" | "REVOKED";
        created: string;
        notAfter: string;
        inForce: boolean;
      };
      pem: string;
      connection: { endpoint: string; clientId: string; publish: string[]; subscribe: string; ca: string };
    };
    RotateDeviceBody: { request: string };
    FinishRotationAnswer: {
      device: {
        mn: string;
        bindings: { outlet: string | null; from: string; to: string | null }[];
        certificates: {
          id: string;
          status: "ACTIVE" | "INACTIVE" | "REVOKED";
          created: string;
          notAfter: string;
          inForce: boolean;
        }[];
        rotating: boolean;
        via: string | null;
        lastSeen: string | null;
        refusals: { at: string; reason: string; detail: string }[];
        quality: {
          outlet: string;
          week: {
            grade: "A" | "B" | "C" | "D";
            points: number;
            days: number;
            of: {
              fact: "received" | "counting" | "late" | "clock" | "refused" | "resent" | "suspicious";
              value: number | null;
              points: number;
              weight: number;
              full: number;
              none: number;
              atNone: "A" | "B" | "C" | "D";
            }[];
          } | null;
          month: {
            grade: "A" | "B" | "C" | "D";
            points: number;
            days: number;
            of: {
              fact: "received" | "counting" | "late" | "clock" | "refused" | "resent" | "suspicious";
              value: number | null;
              points: number;
              weight: number;
              full: number;
              none: number;
              atNone: "A" | "B" | "C" | "D";
            }[];
          } | null;
        }[];
      };
      changed: string[];
    };
    FinishRotationBody: { keep: string };
    DeactivateDeviceAnswer: {
      device: {
        mn: string;
        bindings: { outlet: string | null; from: string; to: string | null }[];
        certificates: {
          id: string;
          status: "ACTIVE" | "INACTIVE" | "REVOKED";
          created: string;
          notAfter: string;
          inForce: boolean;
        }[];
        rotating: boolean;
        via: string | null;
        lastSeen: string | null;
        refusals: { at: string; reason: string; detail: string }[];
        quality: {
          outlet: string;
          week: {
            grade: "A" | "B" | "C" | "D";
            points: number;
            days: number;
            of: {
              fact: "received" | "counting" | "late" | "clock" | "refused" | "resent" | "suspicious";
              value: number | null;
              points: number;
              weight: number;
              full: number;
              none: number;
              atNone: "A" | "B" | "C" | "D";
            }[];
          } | null;
          month: {
            grade: "A" | "B" | "C" | "D";
            points: number;
            days: number;
            of: {
              fact: "received" | "counting" | "late" | "clock" | "refused" | "resent" | "suspicious";
              value: number | null;
              points: number;
              weight: number;
              full: number;
              none: number;
              atNone: "A" | "B" | "C" | "D";
            }[];
          } | null;
        }[];
      };
      changed: string[];
    };
    DeactivateDeviceBody: { certificate: string | null; revoke: boolean };
    ActivateDeviceAnswer: {
      device: {
        mn: string;
        bindings: { outlet: string | null; from: string; to: string | null }[];
        certificates: {
          id: string;
          status: "ACTIVE" | "INACTIVE" | "REVOKED";
          created: string;
          notAfter: string;
          inForce: boolean;
        }[];
        rotating: boolean;
        via: string | null;
        lastSeen: string | null;
        refusals: { at: string; reason: string; detail: string }[];
        quality: {
          outlet: string;
          week: {
            grade: "A" | "B" | "C" | "D";
            points: number;
            days: number;
            of: {
              fact: "received" | "counting" | "late" | "clock" | "refused" | "resent" | "suspicious";
              value: number | null;
              points: number;
              weight: number;
              full: number;
              none: number;
              atNone: "A" | "B" | "C" | "D";
            }[];
          } | null;
          month: {
            grade: "A" | "B" | "C" | "D";
            points: number;
            days: number;
            of: {
              fact: "received" | "counting" | "late" | "clock" | "refused" | "resent" | "suspicious";
              value: number | null;
              points: number;
              weight: number;
              full: number;
              none: number;
              atNone: "A" | "B" | "C" | "D";
            }[];
          } | null;
        }[];
      };
      changed: string[];
    };
    ActivateDeviceBody: { certificate: string };
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
        state?: "normal" | "warned" | "lost" | "silent" | "marked";
        condition?:
          | "treatment-running"
          | "treatment-stopped"
          | "treatment-other"
          | "treatment-unknown"
          | "treatment-mismatch"
          | "production-running"
          | "production-stopped"
          | "production-other"
          | "production-unknown"
          | "noise-within"
          | "noise-over"
          | "noise-unknown"
          | "dust-within"
          | "dust-over"
          | "dust-unknown"
          | "warned-today"
          | "told-today"
          | "saved-today"
          | "key-judged"
          | "key-not-judged";
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
  listEpisodes: {
    parameters: {
      query?: {
        permitNo?: string;
        town?: string;
        from?: string;
        to?: string;
        kind?: "limit" | "range" | "noise" | "facility";
        open?: "true" | "false";
        pollutant?: string;
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
        content: { "application/json": components["schemas"]["ListEpisodesAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getEpisode: {
    parameters: { query?: never; header?: never; path: { permitNo: string; id: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetEpisodeAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getBoard: {
    parameters: { query?: { since?: string; cursor?: string; nudged?: string }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetBoardAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getPlant: {
    parameters: { query?: never; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetPlantAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getFrames: {
    parameters: { query: { mn: string; at: string }; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetFramesAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getValues: {
    parameters: {
      query: { outlet: string; pollutant: string; step: "minute" | "hour" | "day"; from?: string; to?: string };
      header?: never;
      path: { permitNo: string };
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetValuesAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listQuarantine: {
    parameters: {
      query?: {
        day?: string;
        reason?: string;
        prefix?: string;
        state?: "open" | "in";
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
        content: { "application/json": components["schemas"]["ListQuarantineAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  countQuarantine: {
    parameters: { query?: { day?: string; prefix?: string }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["CountQuarantineAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  acknowledge: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string } };
    requestBody: { content: { "application/json": components["schemas"]["AcknowledgeBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["AcknowledgeAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listMarks: {
    parameters: { query?: { from?: string; to?: string }; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListMarksAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  putMark: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string } };
    requestBody: { content: { "application/json": components["schemas"]["PutMarkBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["PutMarkAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  endMark: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string; id: string } };
    requestBody: { content: { "application/json": components["schemas"]["EndMarkBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["EndMarkAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  judgeMark: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string; id: string } };
    requestBody: { content: { "application/json": components["schemas"]["JudgeMarkBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["JudgeMarkAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listContradictedMarks: {
    parameters: { query?: { cursor?: string }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListContradictedMarksAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listMessages: {
    parameters: { query?: { cursor?: string }; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListMessagesAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getRuleData: {
    parameters: { query?: never; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetRuleDataAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listSimulations: {
    parameters: { query?: { cursor?: string }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListSimulationsAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  simulateRules: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody: { content: { "application/json": components["schemas"]["SimulateRulesBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["SimulateRulesAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getSimulation: {
    parameters: { query?: never; header?: never; path: { id: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetSimulationAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getSimulationHour: {
    parameters: {
      query: { permitNo: string; outlet: string; pollutant: string; statistic: "hour" | "day"; hour: string };
      header?: never;
      path: { id: string };
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetSimulationHourAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getSimulationFile: {
    parameters: { query: { effectiveFrom: string }; header?: never; path: { id: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetSimulationFileAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getContacts: {
    parameters: { query?: never; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetContactsAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  putContacts: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string } };
    requestBody: { content: { "application/json": components["schemas"]["PutContactsBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["PutContactsAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getPermit: {
    parameters: { query?: { before?: string }; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetPermitAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  putPermit: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string } };
    requestBody: { content: { "application/json": components["schemas"]["PutPermitBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["PutPermitAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getRevision: {
    parameters: { query?: never; header?: never; path: { permitNo: string; revision: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetRevisionAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  checkPermit: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string } };
    requestBody: { content: { "application/json": components["schemas"]["CheckPermitBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["CheckPermitAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listCityDevices: {
    parameters: {
      query?: {
        q?: string;
        town?: string;
        certificate?: "in-force" | "expiring" | "none" | "unseen" | "not-needed";
        silent?: "yes";
        grade?: "A" | "B" | "C" | "D";
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
        content: { "application/json": components["schemas"]["ListCityDevicesAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listUnmarked: {
    parameters: { query?: { from?: string; to?: string }; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListUnmarkedAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listCityUnmarked: {
    parameters: {
      query?: {
        q?: string;
        town?: string;
        why?: "missing" | "flagged" | "suspicious";
        overdue?: "yes" | "no";
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
        content: { "application/json": components["schemas"]["ListCityUnmarkedAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getNoticeSettings: {
    parameters: { query?: never; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetNoticeSettingsAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  putNoticeSettings: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody: { content: { "application/json": components["schemas"]["PutNoticeSettingsBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["PutNoticeSettingsAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listPushDevices: {
    parameters: { query?: never; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListPushDevicesAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  addPushDevice: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody: { content: { "application/json": components["schemas"]["AddPushDeviceBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["AddPushDeviceAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  sendTestNotice: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody: { content: { "application/json": components["schemas"]["SendTestNoticeBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["SendTestNoticeAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  removePushDevice: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { id: string } };
    requestBody?: never;
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["RemovePushDeviceAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listNotices: {
    parameters: { query?: { cursor?: string }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListNoticesAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  readNotices: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody: { content: { "application/json": components["schemas"]["ReadNoticesBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ReadNoticesAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listPeople: {
    parameters: { query?: { cursor?: string; limit?: number }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListPeopleAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  invitePerson: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody: { content: { "application/json": components["schemas"]["InvitePersonBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["InvitePersonAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getPerson: {
    parameters: { query?: never; header?: never; path: { sub: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetPersonAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  putPerson: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { sub: string } };
    requestBody: { content: { "application/json": components["schemas"]["PutPersonBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["PutPersonAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  inviteAgain: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { sub: string } };
    requestBody: { content: { "application/json": components["schemas"]["InviteAgainBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["InviteAgainAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  signOutEverywhere: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { sub: string } };
    requestBody?: never;
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["SignOutEverywhereAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  signOutSelfEverywhere: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody?: never;
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["SignOutSelfEverywhereAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listAudit: {
    parameters: { query?: { cursor?: string; limit?: number; day?: string }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListAuditAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listPlantAudit: {
    parameters: { query?: { cursor?: string; limit?: number }; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListPlantAuditAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listJobs: {
    parameters: { query?: { cursor?: string; limit?: number }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListJobsAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getJob: {
    parameters: { query?: never; header?: never; path: { id: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetJobAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  cancelJob: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { id: string } };
    requestBody?: never;
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["CancelJobAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  openLive: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody?: never;
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["OpenLiveAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  putImportPart: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { id: string; n: string } };
    requestBody: { content: { "application/json": components["schemas"]["PutImportPartBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["PutImportPartAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  checkImport: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { id: string } };
    requestBody: { content: { "application/json": components["schemas"]["CheckImportBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["CheckImportAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  getImport: {
    parameters: { query?: { cursor?: string; show?: "changes" | "all" }; header?: never; path: { id: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["GetImportAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  applyImport: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { id: string } };
    requestBody: { content: { "application/json": components["schemas"]["ApplyImportBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ApplyImportAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  exportPermits: {
    parameters: { query?: { cursor?: string }; header?: never; path?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ExportPermitsAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  replayQuarantine: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path?: never };
    requestBody: { content: { "application/json": components["schemas"]["ReplayQuarantineBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ReplayQuarantineAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  listDevices: {
    parameters: { query?: never; header?: never; path: { permitNo: string } };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ListDevicesAnswer"] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  provisionDevice: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string; mn: string } };
    requestBody: { content: { "application/json": components["schemas"]["ProvisionDeviceBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ProvisionDeviceAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  rotateDevice: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string; mn: string } };
    requestBody: { content: { "application/json": components["schemas"]["RotateDeviceBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["RotateDeviceAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  finishRotation: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string; mn: string } };
    requestBody: { content: { "application/json": components["schemas"]["FinishRotationBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["FinishRotationAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  deactivateDevice: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string; mn: string } };
    requestBody: { content: { "application/json": components["schemas"]["DeactivateDeviceBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["DeactivateDeviceAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
  activateDevice: {
    parameters: { query?: never; header?: { "If-Match"?: string }; path: { permitNo: string; mn: string } };
    requestBody: { content: { "application/json": components["schemas"]["ActivateDeviceBody"] } };
    responses: {
      "2XX": {
        headers: { [name: string]: unknown };
        content: { "application/json": components["schemas"]["ActivateDeviceAnswer"] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { "application/problem+json": components["schemas"]["Problem"] };
      };
    };
  };
}
