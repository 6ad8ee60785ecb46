import { checkTemplate } from '../../templates/check.ts';

describe('a template', () => {
  it.each([
    'Hello {{ customer.firstName | default("friend") | title }}!',
    '{% if customer.tier == "gold" and not customer.blocked %}Gold{% elif customer.points > 10 %}{{ customer.points }}{% else %}-{% endif %}',
    '{% for item in customer.items %}{{ loop.index }}. {{ item.name }}{% if not loop.last %}, {% endif %}{% endfor %}',
    '{% for key, value in customer.sizes %}{{ key }}={{ value }} {% else %}none{% endfor %}',
    '{% set total = customer.price * 2 + 1 - 3 / 4 // 5 % 6 %}{{ total | round(2) | string if false else total }}'.replace(
      ' | string',
      '',
    ),
    '{{ "a" ~ customer.name ~ ["x", (1, 2)] | join("-") }}{{ -customer.n }}{{ customer.a is defined }}',
    '{{ "Boston" in customer.cities }}{{ customer["first name"] }}{{ customer[customer.key] }}',
    '{# a note #}{% raw %}{{ not a template }}{% endraw %}{{- action.name -}}{{ scenario.name }}{{ project.id }}',
    'Just words, with braces { } and 100 %',
    '',
  ])('may be: %s', (source) => {
    expect(checkTemplate(source)).toEqual([]);
  });

  it.each([
    ['a call', '{{ range(5) }}'],
    ['a call', '{{ range.constructor("return process.pid")() }}'],
    ['a call', '{{ customer.name.constructor.constructor("return process.pid")() }}'],
    ['a call', '{{ customer.name["con" ~ "structor"]("x")() }}'],
    ['a call', '{{ cycler("a", "b") }}'],
    ['a call', '{% for i in range(1e9) %}x{% endfor %}'],
    ['a macro', '{% macro m() %}x{% endmacro %}'],
    ['a call', '{% call m() %}x{% endcall %}'],
    ['an include', '{% include "/etc/passwd" %}'],
    ['an import', '{% import "x" as y %}'],
    ['an import', '{% from "x" import y %}'],
    ['an extends', '{% extends "x" %}'],
    ['a block', '{% block b %}x{% endblock %}'],
    ['the power operator', '{{ 9 ** 9 }}'],
    ['a dictionary', '{{ {"a": 1} }}'],
    ['a block as a value', '{% set x %}Hello{% endset %}'],
    ['a regular expression', '{{ customer.name | replace(r/(a+)+$/, "") }}'],
  ])('may not contain %s: %s', (what, source) => {
    expect(checkTemplate(source)).toContain(`A template may not contain ${what}.`);
  });

  it.each([
    '{% asyncEach item in customer.items %}x{% endeach %}',
    '{% asyncAll item in customer.items %}x{% endall %}',
    '{% switch customer.a %}{% case 1 %}x{% endswitch %}',
    '{% filter upper %}x{% endfilter %}',
    '{% set x %}{{ range(1e9) }}{% endset %}',
    '{% set x %}{% include "/etc/passwd" %}{% endset %}',
    '{{ super() }}',
  ])('may not contain what is not listed: %s', (source) => {
    expect(checkTemplate(source)).not.toEqual([]);
  });

  it.each(['constructor', 'prototype', '__proto__'])('may not name %s, however it is written', (name) => {
    for (const source of [
      `{{ ${name} }}`,
      `{{ customer.${name} }}`,
      `{{ customer["${name}"] }}`,
      `{{ customer.a | join(",", "${name}") }}`,
      `{% set x = customer %}{{ x.a.b.${name}.c }}`,
      `{% set ${name} = customer %}`,
      `{% for ${name} in customer.list %}x{% endfor %}`,
      `{{ customer.a | default(${name}=1) }}`,
    ]) {
      expect(checkTemplate(source)).toContain(`A template may not name "${name}".`);
    }
  });

  it.each([
    ['{{ custmer.name }}', 'There is no variable "custmer". Did you mean "customer"?'],
    ['{{ projct.name }}', 'There is no variable "projct". Did you mean "project"?'],
    ['{{ customer.name | uper }}', 'There is no filter "uper". Did you mean "upper"?'],
    ['{{ customer.name is defind }}', 'There is no test "defind". Did you mean "defined"?'],
  ])('is told what it may have meant: %s', (source, problem) => {
    expect(checkTemplate(source)).toEqual([problem]);
  });

  it.each([
    'safe',
    'center',
    'dump',
    'groupby',
    'sort',
    'batch',
    'selectattr',
    'indent',
    'striptags',
    'escape',
  ])('may not use the filter "%s", which is not listed', (filter) => {
    expect(checkTemplate(`{{ customer.name | ${filter} }}`)).toMatchObject([
      expect.stringContaining(`no filter "${filter}"`) as string,
    ]);
  });

  it.each([
    `{% set 'a", process.exit(), "' = 1 %}`,
    `{% set a"^process = 1 %}`,
    '{% set customer.name = 1 %}',
    `{% for a, 'b", process.exit(), "' in customer.list %}x{% endfor %}`,
  ])('may not set what is no plain name, which nunjucks would take for code: %s', (source) => {
    expect(checkTemplate(source)).toEqual([
      'A template may only set variables with plain names, such as "total".',
    ]);
  });

  it('may use a variable of its own only after it has been set', () => {
    expect(checkTemplate('{% set total = 1 %}{{ total }}')).toEqual([]);
    expect(checkTemplate('{{ total }}{% set total = 1 %}')).toHaveLength(1);
  });

  it('of a fallback may read the link to the MMS, and of that message nothing else', () => {
    const ofFallback = (source: string): readonly string[] => checkTemplate(source, { ofFallback: true });
    expect(ofFallback('{{ customer.name }}: {{ message.link }} {{ message["link"] }}')).toEqual([]);
    expect(ofFallback('{% for message in customer.list %}{{ message.title }}{% endfor %}')).toEqual([]);
    expect(ofFallback('{{ message.lnk }}')).toEqual([
      'There is no part of "message" "lnk". Did you mean "link"?',
    ]);
    for (const source of [
      '{{ message }}',
      '{{ message[customer.key] }}',
      '{% set m = message %}{{ m.link }}',
      '{{ message.constructor }}',
    ])
      expect(ofFallback(source)).toHaveLength(1);
    expect(checkTemplate('{{ message.link }}')).toEqual([
      'Only the text of a fallback can read "message": it is about the MMS in whose place it is sent.',
    ]);
  });

  it('is told everything that is wrong with it at once', () => {
    expect(
      checkTemplate('{{ custmer.x }}{{ customer.y | uper }}{% include "z" %}{{ range(3) }}'),
    ).toHaveLength(4);
  });

  it('must be one that can be parsed', () => {
    expect(checkTemplate('{% if customer.a %}')).toMatchObject([
      expect.stringContaining("can't be parsed") as string,
    ]);
    expect(checkTemplate('{{ customer.')).toHaveLength(1);
  });

  it('is bounded in size and depth', () => {
    const tooComplex = expect.stringContaining('too complex') as string;
    expect(checkTemplate('{{ customer.a }}'.repeat(1_000))).toContainEqual(tooComplex);
    expect(checkTemplate(`${'{% if customer.a %}'.repeat(100)}x${'{% endif %}'.repeat(100)}`)).toContainEqual(
      tooComplex,
    );
    expect(checkTemplate(`{{ ${'('.repeat(7_000)}1${')'.repeat(7_000)} }}`)).toHaveLength(1);
    expect(checkTemplate(`{{ ${'not '.repeat(4_000)}1 }}`)).toHaveLength(1);
  });
});
