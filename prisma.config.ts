import { defineConfig } from 'prisma/config';

// Only `prisma generate` and editors read this; the engine runs the migrations itself (database/migrate.ts).
export default defineConfig({ schema: 'prisma/schema.prisma' });
