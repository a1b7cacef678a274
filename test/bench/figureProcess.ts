// The process of one run of one figure: takes its input as JSON on standard input, prints one line.
import { text } from 'node:stream/consumers';
import { type FigureInput, type OwnFigure, runFigure } from './figures.js';

const input = JSON.parse(await text(process.stdin)) as FigureInput & { figure: OwnFigure };
process.stdout.write(`${JSON.stringify(await runFigure(input))}\n`);
