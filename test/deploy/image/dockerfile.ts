import { Copy, DockerfileParser, From, PropertyInstruction, type Instruction } from 'dockerfile-ast';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { projectFile } from '../../../schemas/root.ts';

/** A stage of a Dockerfile, read from the file itself, so that what the suites do cannot drift from it. */
export interface Stage {
  /** Its name, or its number. */
  readonly name: string;
  /** An image with its tag. */
  readonly from: string;
  /** WORKDIR, COPY and RUN in their order. */
  readonly steps: readonly Step[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** The command of HEALTHCHECK. */
  readonly healthCheck: readonly string[];
}

export type Step = { readonly workdir: string } | { readonly run: string } | CopyStep;

export interface CopyStep {
  readonly copy: readonly string[];
  readonly to: string;
  /** The stage that is copied from; undefined for the build's context. */
  readonly from: string | undefined;
}

const SUPPORTED = new Set(
  'FROM WORKDIR COPY RUN ENV EXPOSE USER STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD ARG LABEL'.split(' '),
);

/** @throws for an instruction that this reader does not know: the suites would leave it out */
export function readDockerfile(): Stage[] {
  const instructions = DockerfileParser.parse(projectFile('deploy', 'image', 'Dockerfile')).getInstructions();
  const unknown = instructions.filter((each) => !SUPPORTED.has(each.getKeyword()));
  if (unknown.length > 0) throw new Error(`The suites do not know ${unknown.map(String).join(', ')}`);
  const starts = instructions.flatMap((each, index) => (each instanceof From ? [index] : []));
  return starts.map((start, number) => stageOf(instructions.slice(start, starts[number + 1]), number));
}

function stageOf(instructions: readonly Instruction[], number: number): Stage {
  const [from] = instructions;
  if (!(from instanceof From)) throw new Error('a stage begins with FROM');
  const last = (keyword: string): Instruction | undefined =>
    instructions.findLast((each) => each.getKeyword() === keyword);
  return {
    name: from.getBuildStage() ?? String(number),
    from: from.getImage() ?? '',
    steps: instructions.flatMap(stepsOf),
    env: propertiesOf(instructions, 'ENV'),
    labels: propertiesOf(instructions, 'LABEL'),
    user: last('USER')?.getArgumentsContent() ?? undefined,
    entrypoint: wordsOf(last('ENTRYPOINT')),
    command: wordsOf(last('CMD')),
    healthCheck: wordsOf(last('HEALTHCHECK')),
  };
}

function stepsOf(instruction: Instruction): Step[] {
  const content = instruction.getArgumentsContent() ?? '';
  if (instruction.getKeyword() === 'WORKDIR') return [{ workdir: content }];
  if (instruction.getKeyword() === 'RUN') return [{ run: content }];
  if (!(instruction instanceof Copy)) return [];
  const paths = instruction.getArguments().map((each) => each.getValue());
  const from = instruction.getFromFlag()?.getValue() ?? undefined;
  return [{ copy: paths.slice(0, -1), to: paths.at(-1) ?? '', from }];
}

/** Of an instruction in JSON form, the only one that needs no shell. */
function wordsOf(instruction: Instruction | undefined): string[] {
  const [json = '[]'] = /\[.*\]$/s.exec(instruction?.getArgumentsContent() ?? '') ?? [];
  return Value.Parse(Type.Array(Type.String()), JSON.parse(json));
}

function propertiesOf(instructions: readonly Instruction[], keyword: string): Record<string, string> {
  const properties = instructions
    .filter((each) => each.getKeyword() === keyword)
    .flatMap((each) => (each instanceof PropertyInstruction ? each.getProperties() : []));
  return Object.fromEntries(properties.map((each) => [each.getName(), each.getValue() ?? '']));
}
