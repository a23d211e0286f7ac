import { type Place } from "./model.ts";

const regions = ["us-east-1", "eu-central-1", "ap-south-1", "us-west-2", "eu-north-1", "sa-east-1"];
const environments = ["prod", "staging", "dev"];

/** The clusters of a world, by number: prod-us-east-1, staging-eu-central-1, dev-ap-south-1, … */
export function placeAt(index: number): Place {
  const environment = environments[index % environments.length] ?? "prod";
  const region = regions[index % regions.length] ?? "us-east-1";
  const round = Math.floor(index / regions.length);
  return { name: `${environment}-${region}${round === 0 ? "" : `-${round + 1}`}`, environment, region };
}
